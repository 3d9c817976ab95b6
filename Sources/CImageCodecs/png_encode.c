#include "png_fault.h"

#include <stdlib.h>

#include "buffer.h"

struct png_writer {
  codec_fault fault;
  png_structp png;  ///< null between images: libpng cannot reuse one
  png_infop info;
  codec_buffer buffer;
};

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  png_writer *writer = png_get_io_ptr(png);
  if (buffer_append(&writer->buffer, bytes, count)) return;
  writer->fault.out_of_memory = true;
  png_error(png, "out of memory");
}

static void flush_nothing(png_structp png) { (void)png; }

png_writer *png_writer_create(void) { return calloc(1, sizeof(png_writer)); }

void png_writer_destroy(png_writer *writer) {
  buffer_free(&writer->buffer);
  free(writer);
}

static bool are_valid(const png_write_options *options, codec_plane plane) {
  if (options->width < 1 || options->width > PNG_UINT_31_MAX) return false;
  if (options->height < 1 || options->height > PNG_UINT_31_MAX) return false;
  if (options->channels < 1 || options->channels > 4 || options->level > 9) return false;
  if (options->bits != 8 && options->bits != 16) return false;
  if (options->srgb_intent < -1 || options->srgb_intent > 3) return false;
  if (options->gamma > PNG_UINT_31_MAX || (options->icc && options->icc_bytes > PNG_UINT_31_MAX)) return false;
  size_t stride = (size_t)options->width * options->channels * (options->bits / 8u);
  return plane.base && plane.stride >= stride && plane.rows >= options->height;
}

static void create_structs(png_writer *writer) {
  codec_fault *fault = &writer->fault;
  writer->png = png_create_write_struct_2(
    PNG_LIBPNG_VER_STRING, fault, png_fault_error, png_fault_warning, fault, png_fault_allocate, png_fault_free);
  if (writer->png) writer->info = png_create_info_struct(writer->png);
  if (!writer->info) fault_raise(fault, CODEC_REASON_LIMIT_MEMORY, "");
  png_fault_set_options(writer->png);
  png_set_write_fn(writer->png, writer, write_bytes, flush_nothing);
}

static void set_color(png_writer *writer, const png_write_options *options) {
  png_structp png = writer->png;
  if (options->gamma > 0) png_set_gAMA_fixed(png, writer->info, (png_fixed_point)options->gamma);
  if (options->has_chromaticities) {
    png_fixed_point xy[8];
    for (int index = 0; index < 8; ++index) xy[index] = (png_fixed_point)options->chromaticities[index];
    png_set_cHRM_fixed(png, writer->info, xy[0], xy[1], xy[2], xy[3], xy[4], xy[5], xy[6], xy[7]);
  }
  if (options->icc && options->icc_bytes > 0) {
    png_uint_32 count = (png_uint_32)options->icc_bytes;
    png_set_iCCP(png, writer->info, "ICC profile", PNG_COMPRESSION_TYPE_BASE, options->icc, count);
  } else if (options->srgb_intent >= 0) {
    png_set_sRGB(png, writer->info, options->srgb_intent);
  }
}

static void set_header(png_writer *writer, const png_write_options *options) {
  static const int color_types[] = {
    [1] = PNG_COLOR_TYPE_GRAY,
    [2] = PNG_COLOR_TYPE_GRAY_ALPHA,
    [3] = PNG_COLOR_TYPE_RGB,
    [4] = PNG_COLOR_TYPE_RGB_ALPHA,
  };
  png_set_IHDR(
    writer->png, writer->info, options->width, options->height, options->bits, color_types[options->channels],
    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  set_color(writer, options);
  png_set_compression_level(writer->png, options->level);
  // Filters make rows easier to compress, and level 0 does not compress.
  png_set_filter(writer->png, PNG_FILTER_TYPE_BASE, options->level == 0 ? PNG_FILTER_NONE : PNG_ALL_FILTERS);
}

static void write_image(png_writer *writer, const png_write_options *options, codec_plane plane) {
  if (!are_valid(options, plane)) {
    fault_raise(&writer->fault, CODEC_REASON_INTERNAL, "options or a plane that cannot be written");
  }
  buffer_clear(&writer->buffer);
  create_structs(writer);
  set_header(writer, options);
  png_write_info(writer->png, writer->info);
  if (options->bits == 16 && png_fault_machine_is_little_endian()) png_set_swap(writer->png);
  for (size_t row = 0; row < options->height; ++row) {
    fault_poll(&writer->fault, plane.stride);
    png_write_row(writer->png, plane.base + row * plane.stride);
  }
  png_write_end(writer->png, NULL);
}

codec_status png_writer_write(png_writer *writer, const png_write_options *options, codec_plane plane, codec_bytes *out,
                              codec_report *report) {
  *out = (codec_bytes){0};
  fault_begin(&writer->fault, report, (codec_limits){.deadline = options->deadline});
  if (setjmp(writer->fault.recovery_point) == 0) {
    write_image(writer, options, plane);
    *out = (codec_bytes){writer->buffer.bytes, writer->buffer.count};
  }
  png_destroy_write_struct(&writer->png, &writer->info);
  return fault_status(&writer->fault);
}
