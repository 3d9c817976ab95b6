// libpng's reading and writing of a PNG, for tests and benchmarks that compare this program's with it.
#ifndef LIBPNGREFERENCE_H
#define LIBPNGREFERENCE_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Reads a PNG as 8-bit RGBA.
/// \return the pixels without padding, to be freed by the caller; null if libpng rejects the file, anywhere up to its end.
uint8_t *_Nullable libpng_rgba(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height);

/// Rows of interleaved samples; those of 16 bits are in the machine's byte order.
typedef struct {
  uint32_t width, height;
  int channels;  ///< 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA
  int bits;      ///< bits a sample: 8 or 16
  const uint8_t *base;
  size_t stride;  ///< bytes from row to row
} libpng_image;

/// Writes a PNG without any chunk of color.
/// \param level zlib's, 0...9.
/// \return the file's bytes, to be freed by the caller.
uint8_t *libpng_file(libpng_image image, int level, size_t *count);

#pragma clang assume_nonnull end

#endif
