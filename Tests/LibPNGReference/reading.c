#include "LibPNGReference.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t left;
} source;

static void take(png_structp png, png_bytep to, size_t count) {
  source *from = png_get_io_ptr(png);
  if (count > from->left) png_error(png, "the file ends too early");
  memcpy(to, from->bytes, count);
  from->bytes += count;
  from->left -= count;
}

static void fail(png_structp png, png_const_charp text) {
  (void)text;
  longjmp(*(jmp_buf *)png_get_error_ptr(png), 1);
}

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

/// The transformations for 8-bit RGBA from libpng's manual. Gamma is not applied.
static void ask_for_rgba(png_structp png) {
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
}

uint8_t *libpng_rgba(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height) {
  source from = {bytes, count};
  jmp_buf landing;
  uint8_t *volatile pixels = NULL;
  png_bytep *volatile rows = NULL;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &landing, fail, ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) abort();
  if (setjmp(landing) == 0) {
    png_set_read_fn(png, &from, take);
    png_read_info(png, info);
    *width = png_get_image_width(png, info);
    *height = png_get_image_height(png, info);
    ask_for_rgba(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != (size_t)*width * 4) abort();
    pixels = malloc((size_t)*width * *height * 4);
    rows = malloc(*height * sizeof *rows);
    if (!pixels || !rows) abort();
    for (uint32_t y = 0; y < *height; ++y) rows[y] = pixels + (size_t)y * *width * 4;
    png_read_image(png, rows);
    png_read_end(png, NULL);
  } else {
    free(pixels);
    pixels = NULL;
  }
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return pixels;
}
