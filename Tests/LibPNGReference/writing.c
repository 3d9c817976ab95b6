#include "LibPNGReference.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint8_t *bytes;
  size_t count, capacity;
} growing_file;

static void append(png_structp png, png_bytep bytes, size_t count) {
  growing_file *file = png_get_io_ptr(png);
  if (count > file->capacity - file->count) {
    file->capacity = 2 * (file->count + count);
    file->bytes = realloc(file->bytes, file->capacity);
    if (!file->bytes) abort();
  }
  memcpy(file->bytes + file->count, bytes, count);
  file->count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void end_program(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
  abort();
}

uint8_t *libpng_file(libpng_image image, int level, size_t *count) {
  static const int color_types[] = {
    [1] = PNG_COLOR_TYPE_GRAY,
    [2] = PNG_COLOR_TYPE_GRAY_ALPHA,
    [3] = PNG_COLOR_TYPE_RGB,
    [4] = PNG_COLOR_TYPE_RGB_ALPHA,
  };
  growing_file file = {0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, end_program, end_program);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) abort();
  png_set_write_fn(png, &file, append, flush_nothing);
  png_set_IHDR(
    png, info, image.width, image.height, image.bits, color_types[image.channels], PNG_INTERLACE_NONE,
    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(png, level);
  // Filters make rows easier to deflate: nothing is deflated at level 0.
  png_set_filter(png, PNG_FILTER_TYPE_BASE, level == 0 ? PNG_FILTER_NONE : PNG_ALL_FILTERS);
  png_write_info(png, info);
  if (image.bits == 16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) png_set_swap(png);
  for (size_t row = 0; row < image.height; ++row) png_write_row(png, image.base + row * image.stride);
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  *count = file.count;
  return file.bytes;
}
