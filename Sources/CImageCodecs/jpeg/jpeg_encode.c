#include "jpeg_fault.h"

#include <jerror.h>
#include <stdlib.h>
#include <string.h>

#include "../buffer.h"

struct jpeg_writer {
  struct jpeg_compress_struct compress;
  jpeg_fault fault;
  struct jpeg_destination_mgr destination;
  codec_buffer buffer;
  struct jpeg_progress_mgr progress;
};

// MARK: - Destination: a growing buffer

static void use_rest_of_buffer(jpeg_writer *writer) {
  writer->destination.next_output_byte = writer->buffer.bytes + writer->buffer.count;
  writer->destination.free_in_buffer = writer->buffer.capacity - writer->buffer.count;
}

static void reserve(jpeg_writer *writer, size_t capacity) {
  if (!buffer_reserve(&writer->buffer, capacity)) ERREXIT1(&writer->compress, JERR_OUT_OF_MEMORY, 0);
  use_rest_of_buffer(writer);
}

static void start_output(j_compress_ptr compress) {
  jpeg_writer *writer = compress->client_data;
  buffer_clear(&writer->buffer);
  reserve(writer, 1);
}

/// libjpeg calls this when the buffer is full to its last byte, whatever `free_in_buffer` contains.
static boolean grow_output(j_compress_ptr compress) {
  jpeg_writer *writer = compress->client_data;
  writer->buffer.count = writer->buffer.capacity;
  reserve(writer, writer->buffer.count + 1);
  return TRUE;
}

static void end_output(j_compress_ptr compress) {
  jpeg_writer *writer = compress->client_data;
  writer->buffer.count = writer->buffer.capacity - writer->destination.free_in_buffer;
}

/// libjpeg calls this before each scanline or row of MCUs that it reads, and in the passes after the first before each row of
/// MCUs that it writes.
static void check_time(j_common_ptr common) {
  jpeg_writer *writer = common->client_data;
  const j_compress_ptr compress = &writer->compress;
  fault_poll(&writer->fault.fault, (size_t)compress->image_width * (size_t)compress->input_components);
}

// MARK: - Lifetime

static bool create_compress(jpeg_writer *writer) {
  codec_report report;
  fault_begin(&writer->fault.fault, &report, (codec_limits){0});
  writer->compress.err = jpeg_fault_manager(&writer->fault);
  if (setjmp(writer->fault.fault.recovery_point) != 0) return false;
  jpeg_create_compress(&writer->compress);
  writer->compress.client_data = writer;
  writer->compress.dest = &writer->destination;
  writer->compress.progress = &writer->progress;
  return true;
}

jpeg_writer *jpeg_writer_create(void) {
  jpeg_writer *writer = calloc(1, sizeof *writer);
  if (!writer) return NULL;
  writer->progress.progress_monitor = check_time;
  writer->destination.init_destination = start_output;
  writer->destination.empty_output_buffer = grow_output;
  writer->destination.term_destination = end_output;
  if (create_compress(writer)) return writer;
  jpeg_writer_destroy(writer);
  return NULL;
}

void jpeg_writer_destroy(jpeg_writer *writer) {
  jpeg_destroy_compress(&writer->compress);
  buffer_free(&writer->buffer);
  free(writer);
}

// MARK: - Write

static size_t divided_up(size_t value, size_t by) { return (value + by - 1) / by; }

/// The number of samples that component `index` has, and the columns that the input must have room for.
typedef struct {
  size_t width, height, stride;
} input_size;

static input_size size_of_input(const jpeg_write_options *options, int index) {
  if (options->input != JPEG_INPUT_YCBCR) {
    size_t channels = options->input == JPEG_INPUT_RGB ? 3 : 1;
    return (input_size){options->width, options->height, options->width * channels};
  }
  size_t width = divided_up(options->width, index == 0 ? 1 : options->horizontal);
  size_t height = divided_up(options->height, index == 0 ? 1 : options->vertical);
  return (input_size){width, height, divided_up(width, DCTSIZE) * DCTSIZE};
}

static bool is_factor(uint8_t factor) { return factor == 1 || factor == 2 || factor == 4; }

static bool are_valid(const jpeg_write_options *options, const codec_plane *planes) {
  enum { most_icc_segments = 255, icc_bytes_a_segment = 65519, most_segment_bytes = 65533 };
  if (options->width < 1 || options->width > JPEG_MAX_DIMENSION) return false;
  if (options->height < 1 || options->height > JPEG_MAX_DIMENSION) return false;
  if (options->quality < 1 || options->quality > 100) return false;
  if (options->icc && options->icc_bytes > most_icc_segments * icc_bytes_a_segment) return false;
  for (size_t index = 0; index < options->app1_count; ++index) {
    if (options->app1_bytes[index] > most_segment_bytes) return false;
  }
  if (options->input != JPEG_INPUT_GRAY) {
    if (!is_factor(options->horizontal) || !is_factor(options->vertical)) return false;
    if (options->horizontal * options->vertical + 2 > C_MAX_BLOCKS_IN_MCU) return false;
  }
  int count = options->input == JPEG_INPUT_YCBCR ? 3 : 1;
  for (int index = 0; index < count; ++index) {
    input_size least = size_of_input(options, index);
    if (!planes[index].base || planes[index].stride < least.stride || planes[index].rows < least.height) return false;
  }
  return true;
}

static void set_parameters(j_compress_ptr compress, const jpeg_write_options *options) {
  static const J_COLOR_SPACE spaces[] = {
    [JPEG_INPUT_GRAY] = JCS_GRAYSCALE, [JPEG_INPUT_RGB] = JCS_RGB, [JPEG_INPUT_YCBCR] = JCS_YCbCr};
  compress->image_width = options->width;
  compress->image_height = options->height;
  compress->input_components = options->input == JPEG_INPUT_GRAY ? 1 : 3;
  compress->in_color_space = spaces[options->input];
  jpeg_set_defaults(compress);
  jpeg_set_quality(compress, options->quality, TRUE);
  compress->dct_method = JDCT_ISLOW;
  compress->optimize_coding = TRUE;
  compress->raw_data_in = options->input == JPEG_INPUT_YCBCR;
  if (options->input != JPEG_INPUT_GRAY) {
    for (int index = 0; index < 3; ++index) {
      compress->comp_info[index].h_samp_factor = index == 0 ? options->horizontal : 1;
      compress->comp_info[index].v_samp_factor = index == 0 ? options->vertical : 1;
    }
  }
  if (options->progressive) jpeg_simple_progression(compress);
}

static void write_scanlines(j_compress_ptr compress, codec_plane plane) {
  while (compress->next_scanline < compress->image_height) {
    JSAMPROW row = plane.base + compress->next_scanline * plane.stride;
    jpeg_write_scanlines(compress, &row, 1);
  }
}

/// The transform reads whole blocks. Repeating the edge costs fewer bits than any other padding.
static void repeat_last_column(codec_plane plane, input_size size) {
  size_t first = size.width, end = divided_up(size.width, DCTSIZE) * DCTSIZE;
  if (first == end) return;
  for (size_t row = 0; row < size.height; ++row) {
    uint8_t *samples = plane.base + row * plane.stride;
    memset(samples + first, samples[first - 1], end - first);
  }
}

static void write_planes(j_compress_ptr compress, const jpeg_write_options *options, const codec_plane *planes) {
  JSAMPROW rows[3][MAX_SAMP_FACTOR * DCTSIZE];
  JSAMPARRAY components[3] = {rows[0], rows[1], rows[2]};
  input_size sizes[3];
  for (int index = 0; index < 3; ++index) {
    sizes[index] = size_of_input(options, index);
    repeat_last_column(planes[index], sizes[index]);
  }
  for (size_t group = 0; compress->next_scanline < compress->image_height; ++group) {
    for (int index = 0; index < 3; ++index) {
      const size_t count = (size_t)compress->comp_info[index].v_samp_factor * DCTSIZE;
      for (size_t row = 0; row < count; ++row) {
        size_t wanted = group * count + row;
        size_t present = wanted < sizes[index].height ? wanted : sizes[index].height - 1;
        rows[index][row] = planes[index].base + present * planes[index].stride;
      }
    }
    jpeg_write_raw_data(compress, components, (JDIMENSION)(compress->max_v_samp_factor * DCTSIZE));
  }
}

static void write_image(jpeg_writer *writer, const jpeg_write_options *options, const codec_plane *planes) {
  j_compress_ptr compress = &writer->compress;
  if (!are_valid(options, planes)) {
    fault_raise(&writer->fault.fault, CODEC_REASON_INTERNAL, "options or planes that cannot be written");
  }
  set_parameters(compress, options);
  jpeg_start_compress(compress, TRUE);
  const uint8_t *app1 = options->app1;
  for (size_t index = 0; index < options->app1_count; ++index) {
    jpeg_write_marker(compress, JPEG_APP0 + 1, app1, (unsigned int)options->app1_bytes[index]);
    app1 += options->app1_bytes[index];
  }
  if (options->icc && options->icc_bytes > 0) {
    jpeg_write_icc_profile(compress, options->icc, (unsigned int)options->icc_bytes);
  }
  if (options->input == JPEG_INPUT_YCBCR) {
    write_planes(compress, options, planes);
  } else {
    write_scanlines(compress, planes[0]);
  }
  jpeg_finish_compress(compress);
}

codec_status jpeg_writer_write(jpeg_writer *writer, const jpeg_write_options *options, const codec_plane *planes,
                               codec_bytes *out, codec_report *report) {
  *out = (codec_bytes){0};
  fault_begin(&writer->fault.fault, report, (codec_limits){.deadline = options->deadline});
  if (setjmp(writer->fault.fault.recovery_point) == 0) {
    write_image(writer, options, planes);
    *out = (codec_bytes){writer->buffer.bytes, writer->buffer.count};
  } else {
    jpeg_abort_compress(&writer->compress);
  }
  return fault_status(&writer->fault.fault);
}
