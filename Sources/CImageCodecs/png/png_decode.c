#include "png_fault.h"

#include <stdlib.h>
#include <string.h>

#include "../buffer.h"

struct png_reader {
  codec_fault fault;
  png_structp png;  ///< null if there is no image
  png_infop info;
  const uint8_t *bytes;
  size_t count, position;
  uint32_t width, height;
  png_shape shape;
  bool is_interlaced;
  codec_buffer icc;  ///< a copy, because `png_reader_end` frees libpng's
};

static void read_bytes(png_structp png, png_bytep destination, size_t count) {
  png_reader *reader = png_get_io_ptr(png);
  fault_poll(&reader->fault, count);  // a single row can consume the whole file: chunks and blocks without bytes
  if (count > reader->count - reader->position) {
    reader->fault.ran_out = true;
    png_error(png, reader->fault.severity == ERROR_IS_NOTED ? "the data end before IEND" : "the data end early");
  }
  memcpy(destination, reader->bytes + reader->position, count);
  reader->position += count;
}

// MARK: - Lifetime

png_reader *png_reader_create(void) { return calloc(1, sizeof(png_reader)); }

/// Does nothing if there is no image.
void png_reader_end(png_reader *reader) {
  png_destroy_read_struct(&reader->png, &reader->info, NULL);
}

void png_reader_destroy(png_reader *reader) {
  png_reader_end(reader);
  buffer_free(&reader->icc);
  free(reader);
}

// MARK: - Begin

/// Skips chunks that thumbnails do not need: some inflate without bound, and a chunk that is not parsed cannot fail. EXIF is read
/// elsewhere, because it may follow the pixels.
static void skip_unused_chunks(png_structp png) {
  static const png_byte names[] = "bKGD\0eXIf\0hIST\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0tEXt\0tIME\0zTXt";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, sizeof names / 5);
  png_set_chunk_cache_max(png, 16);
  png_set_chunk_malloc_max(png, 4u << 20);
}

static void create_structs(png_reader *reader) {
  codec_fault *fault = &reader->fault;
  reader->png = png_create_read_struct_2(
    PNG_LIBPNG_VER_STRING, fault, png_fault_error, png_fault_warning, fault, png_fault_allocate, png_fault_free);
  if (reader->png) reader->info = png_create_info_struct(reader->png);
  if (!reader->info) fault_raise(fault, CODEC_REASON_LIMIT_MEMORY, "");
  png_fault_set_options(reader->png);
  png_set_option(reader->png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);  // some files declare too small a window
  skip_unused_chunks(reader->png);
  png_set_read_fn(reader->png, reader, read_bytes);
}

/// Keeps the bytes of a chunk; null if there are none.
static const uint8_t *kept(png_reader *reader, codec_buffer *buffer, const uint8_t *bytes, size_t count) {
  if (count == 0) return NULL;
  if (!buffer_append(buffer, bytes, count)) fault_raise(&reader->fault, CODEC_REASON_LIMIT_MEMORY, "");
  return buffer->bytes;
}

static void describe_profiles(png_reader *reader, png_header *header) {
  png_charp name;
  int compression;
  png_bytep bytes;
  png_uint_32 count;
  if (png_get_iCCP(reader->png, reader->info, &name, &compression, &bytes, &count) != 0) {
    header->icc_bytes = count;
    header->icc = kept(reader, &reader->icc, bytes, count);
  }
}

static void describe_color(png_reader *reader, png_header *header) {
  int intent;
  header->srgb_intent = -1;
  if (png_get_sRGB(reader->png, reader->info, &intent) != 0) header->srgb_intent = (int8_t)intent;
  png_fixed_point gamma;
  if (png_get_gAMA_fixed(reader->png, reader->info, &gamma) != 0 && gamma > 0) header->gamma = (uint32_t)gamma;
  png_fixed_point xy[8];
  if (png_get_cHRM_fixed(
        reader->png, reader->info, &xy[0], &xy[1], &xy[2], &xy[3], &xy[4], &xy[5], &xy[6], &xy[7]) == 0) {
    return;
  }
  header->has_chromaticities = true;
  for (int index = 0; index < 8; ++index) {
    header->chromaticities[index] = (uint32_t)xy[index];
    if (xy[index] < 0) header->has_chromaticities = false;
  }
}

/// Whether libpng turns a tRNS chunk into alpha. The chunk's valid bit does not show that: a PLTE after tRNS revokes the
/// transparency, with a warning, but leaves the bit set (png_handle_PLTE).
static bool has_transparency(png_reader *reader) {
  png_bytep alphas;
  png_color_16p color;
  int count = 0;
  return png_get_tRNS(reader->png, reader->info, &alphas, &count, &color) != 0 && count > 0;
}

/// The size of a row is computed here, because libpng reports it only after it has allocated the rows.
static png_shape shape_of(const png_header *header, bool has_transparency) {
  uint32_t channels = (header->color_type & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
  if ((header->color_type & PNG_COLOR_MASK_ALPHA) != 0 || has_transparency) ++channels;
  uint32_t bits = header->bits == 16 ? 16 : 8;
  return (png_shape){channels, bits, (size_t)header->width * channels * (bits / 8)};
}

static void read_header(png_reader *reader, png_header *header, png_shape *shape) {
  create_structs(reader);
  png_read_info(reader->png, reader->info);
  int bits, color_type, interlace;
  png_get_IHDR(
    reader->png, reader->info, &header->width, &header->height, &bits, &color_type, &interlace, NULL, NULL);
  header->bits = (uint8_t)bits;
  header->color_type = (uint8_t)color_type;
  header->interlaced = interlace != PNG_INTERLACE_NONE;
  describe_profiles(reader, header);
  describe_color(reader, header);
  reader->width = header->width;
  reader->height = header->height;
  reader->is_interlaced = header->interlaced;
  reader->shape = *shape = shape_of(header, has_transparency(reader));
}

codec_status png_reader_begin(png_reader *reader, const uint8_t *bytes, size_t count, codec_limits limits,
                              png_header *header, png_shape *shape, codec_report *report) {
  png_reader_end(reader);
  buffer_clear(&reader->icc);
  memset(header, 0, sizeof *header);
  memset(shape, 0, sizeof *shape);
  fault_begin(&reader->fault, report, limits);
  reader->bytes = bytes;
  reader->count = count;
  reader->position = 0;
  if (setjmp(reader->fault.recovery_point) == 0) {
    read_header(reader, header, shape);
  } else {
    png_reader_end(reader);
    memset(header, 0, sizeof *header);
    memset(shape, 0, sizeof *shape);
  }
  return fault_status(&reader->fault);
}

// MARK: - Read

static void zero_rows(const png_reader *reader, codec_plane plane, size_t first) {
  for (size_t row = first; row < reader->height; ++row) {
    memset(plane.base + row * plane.stride, 0, reader->shape.stride);
  }
}

static void set_transforms(png_reader *reader) {
  png_set_expand(reader->png);  // palette to RGB, tRNS to alpha, fewer than 8 bits to 8
  if (reader->shape.bits == 16 && png_fault_machine_is_little_endian()) png_set_swap(reader->png);
}

static void read_rows(png_reader *reader, codec_plane plane) {
  codec_fault *fault = &reader->fault;
  if (!reader->png) fault_raise(fault, CODEC_REASON_INTERNAL, "a read without an image");
  if (!plane.base || plane.stride < reader->shape.stride || plane.rows < reader->height) {
    fault_raise(fault, CODEC_REASON_INTERNAL, "a plane smaller than told");
  }
  set_transforms(reader);
  const int passes = png_set_interlace_handling(reader->png);
  png_read_update_info(reader->png, reader->info);
  if (png_get_rowbytes(reader->png, reader->info) != reader->shape.stride) {
    fault_raise(fault, CODEC_REASON_INTERNAL, "a row of another size than told");
  }
  if (reader->is_interlaced) zero_rows(reader, plane, 0);
  fault->severity = ERROR_DAMAGES;
  for (int pass = 0; pass < passes; ++pass) {
    for (size_t row = 0; row < reader->height; ++row) {
      fault_poll(fault, reader->shape.stride);
      png_read_row(reader->png, plane.base + row * plane.stride, NULL);
    }
  }
  fault->severity = ERROR_IS_NOTED;  // the checks of the zlib stream and of IDAT followed the last row
  png_read_end(reader->png, NULL);
}

codec_status png_reader_read(png_reader *reader, codec_plane plane, codec_report *report) {
  codec_fault *fault = &reader->fault;
  fault_enter(fault, report);
  if (setjmp(fault->recovery_point) == 0) {
    read_rows(reader, plane);
  } else if (fault->severity == ERROR_DAMAGES && !fault->failed && !reader->is_interlaced) {
    zero_rows(reader, plane, png_get_current_row_number(reader->png));  // the number of complete rows
  }
  png_reader_end(reader);
  return fault_status(fault);
}

void png_reader_set_deadline(png_reader *reader, uint64_t deadline) { reader->fault.limits.deadline = deadline; }
