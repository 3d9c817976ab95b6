// libpng's own reading of a PNG as 8-bit RGBA, for tests that hold ours against it.
#ifndef LIBPNGREADING_H
#define LIBPNGREADING_H

#include <stdint.h>
#include <stddef.h>

/// \return the pixels, without padding, to be freed; null where libpng refuses the file, anywhere up to its end.
uint8_t *_Nullable libpng_rgba(const uint8_t *_Nonnull bytes, size_t count, uint32_t *_Nonnull width,
                               uint32_t *_Nonnull height);

#endif
