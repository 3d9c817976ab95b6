// libpng's reading of a PNG as 8-bit RGBA, for tests that compare this program's reading with it.
#ifndef LIBPNGREADING_H
#define LIBPNGREADING_H

#include <stdint.h>
#include <stddef.h>

/// \return the pixels without padding, to be freed by the caller; null if libpng rejects the file, anywhere up to its end.
uint8_t *_Nullable libpng_rgba(const uint8_t *_Nonnull bytes, size_t count, uint32_t *_Nonnull width,
                               uint32_t *_Nonnull height);

#endif
