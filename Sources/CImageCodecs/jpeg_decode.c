#include "jpeg_fault.h"

#include <jerror.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

// From its ABI 70 on, libjpeg gives the scaled block size by direction.
#if JPEG_LIB_VERSION >= 70
#define SCALED_WIDTH(component) ((component)->DCT_h_scaled_size)
#define SCALED_HEIGHT(component) ((component)->DCT_v_scaled_size)
#define LEAST_SCALED_HEIGHT(decompress) ((decompress)->min_DCT_v_scaled_size)
#else
#define SCALED_WIDTH(component) ((component)->DCT_scaled_size)
#define SCALED_HEIGHT(component) ((component)->DCT_scaled_size)
#define LEAST_SCALED_HEIGHT(decompress) ((decompress)->min_DCT_scaled_size)
#endif

enum { greatest_marker = 0xFFFF, greatest_row_group = MAX_SAMP_FACTOR * DCTSIZE };

/// In the place of a layout: no component at all.
enum { NO_LAYOUT = -1 };

typedef enum { NO_PICTURE, HEADER_READ, PLANNED } reader_state;

struct jpeg_reader {
  struct jpeg_decompress_struct decompress;
  jpeg_fault fault;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  reader_state state;
  jpeg_layout layout;
  jpeg_shape shape;
  uint8_t *icc;                   ///< malloc'ed by libjpeg
  uint8_t exif[greatest_marker];  ///< a copy, because `jpeg_reader_end` frees libjpeg's
};

static codec_fault *fault_of(j_decompress_ptr decompress) { return &((jpeg_fault *)decompress->err)->fault; }

// MARK: - The bytes, read where they lie

static void source_does_nothing(j_decompress_ptr decompress) { (void)decompress; }

/// Past the last byte, libjpeg is given end markers for as long as it asks.
static boolean give_end_marker(j_decompress_ptr decompress) {
  static const JOCTET end[] = {0xFF, JPEG_EOI};
  decompress->src->next_input_byte = end;
  decompress->src->bytes_in_buffer = sizeof end;
  codec_fault *fault = fault_of(decompress);
  if (!fault->ran_out) {
    fault->ran_out = true;
    WARNMS(decompress, JWRN_JPEG_EOF);
  }
  return TRUE;
}

static void skip_bytes(j_decompress_ptr decompress, long count) {
  struct jpeg_source_mgr *manager = decompress->src;
  if (count <= 0) return;
  if ((size_t)count > manager->bytes_in_buffer) {
    give_end_marker(decompress);
  } else {
    manager->next_input_byte += count;
    manager->bytes_in_buffer -= (size_t)count;
  }
}

static void set_source(jpeg_reader *reader, const uint8_t *bytes, size_t count) {
  reader->source = (struct jpeg_source_mgr){
    .next_input_byte = bytes,
    .bytes_in_buffer = count,
    .init_source = source_does_nothing,
    .fill_input_buffer = give_end_marker,
    .skip_input_data = skip_bytes,
    .resync_to_restart = jpeg_resync_to_restart,
    .term_source = source_does_nothing,
  };
  reader->decompress.src = &reader->source;
}

// MARK: - Limits

/// libjpeg calls this before each scanline or row of blocks that it gives, and before each that it takes in.
/// A sequential file may repeat its scans as a progressive one may, so the count is not looked at by kind.
static void check_limits(j_common_ptr common) {
  j_decompress_ptr decompress = (j_decompress_ptr)common;
  codec_fault *fault = fault_of(decompress);
  uint32_t most = fault->limits.max_scans;
  if (most > 0 && decompress->input_scan_number > 0 && (uint32_t)decompress->input_scan_number > most) {
    fault_raise(fault, CODEC_REASON_LIMIT_SCANS, "more scans than the limit");
  }
  fault_poll(fault);
}

static void set_limits(jpeg_reader *reader) {
  reader->progress = (struct jpeg_progress_mgr){.progress_monitor = check_limits};
  reader->decompress.progress = &reader->progress;
  // Set even to 0 (no limit): libjpeg takes another value from the environment variable JPEGMEM.
  uint64_t most = reader->fault.fault.limits.max_memory;
  reader->decompress.mem->max_memory_to_use = most > LONG_MAX ? LONG_MAX : (long)most;
}

// MARK: - Life

jpeg_reader *jpeg_reader_create(void) { return calloc(1, sizeof(jpeg_reader)); }

/// Does nothing when there is no picture.
static void let_go(jpeg_reader *reader) {
  jpeg_destroy_decompress(&reader->decompress);
  reader->state = NO_PICTURE;
}

void jpeg_reader_end(jpeg_reader *reader) { let_go(reader); }

void jpeg_reader_destroy(jpeg_reader *reader) {
  let_go(reader);
  free(reader->icc);
  free(reader);
}

// MARK: - Begin

static jpeg_colour colour_of(J_COLOR_SPACE space) {
  switch (space) {
    case JCS_GRAYSCALE: return JPEG_COLOUR_GRAY;
    case JCS_YCbCr: return JPEG_COLOUR_YCBCR;
    case JCS_RGB: return JPEG_COLOUR_RGB;
    case JCS_CMYK: return JPEG_COLOUR_CMYK;
    case JCS_YCCK: return JPEG_COLOUR_YCCK;
    default: return JPEG_COLOUR_OTHER;
  }
}

static void find_exif(jpeg_reader *reader, jpeg_header *header) {
  static const uint8_t signature[] = {'E', 'x', 'i', 'f', 0, 0};
  for (jpeg_saved_marker_ptr marker = reader->decompress.marker_list; marker; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 1 || marker->data_length <= sizeof signature) continue;
    if (memcmp(marker->data, signature, sizeof signature) != 0) continue;
    header->exif_bytes = marker->data_length - sizeof signature;
    memcpy(reader->exif, marker->data + sizeof signature, header->exif_bytes);
    header->exif = reader->exif;
    return;
  }
}

static void find_icc(jpeg_reader *reader, jpeg_header *header) {
  unsigned int count = 0;
  if (!jpeg_read_icc_profile(&reader->decompress, &reader->icc, &count)) return;
  header->icc = reader->icc;
  header->icc_bytes = count;
}

/// As jinit_d_coef_controller of libjpeg asks for them: whole groups of blocks of each component.
static uint64_t coefficient_bytes(struct jpeg_decompress_struct *decompress) {
  if (!jpeg_has_multiple_scans(decompress)) return 0;
  uint64_t blocks = 0;
  for (int index = 0; index < decompress->num_components; ++index) {
    const jpeg_component_info *component = &decompress->comp_info[index];
    uint64_t across = (uint64_t)component->h_samp_factor, down = (uint64_t)component->v_samp_factor;
    blocks += ((component->width_in_blocks + across - 1) / across * across) *
              ((component->height_in_blocks + down - 1) / down * down);
  }
  return blocks * sizeof(JBLOCK);
}

static void describe(struct jpeg_decompress_struct *decompress, jpeg_header *header) {
  header->width = decompress->image_width;
  header->height = decompress->image_height;
  header->components = (uint8_t)decompress->num_components;
  header->bits = (uint8_t)decompress->data_precision;
  header->colour = colour_of(decompress->jpeg_color_space);
  for (int index = 0; index < decompress->num_components && index < 4; ++index) {
    header->horizontal[index] = (uint8_t)decompress->comp_info[index].h_samp_factor;
    header->vertical[index] = (uint8_t)decompress->comp_info[index].v_samp_factor;
  }
  header->progressive = decompress->progressive_mode;
  header->arithmetic = decompress->arith_code;
  header->coefficient_bytes = coefficient_bytes(decompress);
  header->has_restarts = decompress->restart_interval > 0;
  header->adobe = decompress->saw_Adobe_marker;
}

/// Each picture gets a new libjpeg object. Its making costs three small mallocs, and without it a file that lacks
/// a table would be decoded with the table of the file before.
static void read_header(jpeg_reader *reader, const uint8_t *bytes, size_t count, jpeg_header *header) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  codec_fault *fault = &reader->fault.fault;
  jpeg_create_decompress(decompress);
  set_source(reader, bytes, count);
  set_limits(reader);
  jpeg_save_markers(decompress, JPEG_APP0 + 1, greatest_marker);
  jpeg_save_markers(decompress, JPEG_APP0 + 2, greatest_marker);
  jpeg_read_header(decompress, TRUE);
  if (fault->ran_out) fault_raise(fault, CODEC_REASON_TRUNCATED, "the data end before the first scan");
  // libjpeg-turbo 3 reads 12 bits through other functions, and lossless files: there a block is one sample.
  if (decompress->data_precision != 8) fault_raise(fault, CODEC_REASON_UNSUPPORTED, "more than 8 bits a sample");
  if (LEAST_SCALED_HEIGHT(decompress) == 1) fault_raise(fault, CODEC_REASON_UNSUPPORTED, "a lossless JPEG");
  describe(decompress, header);
  find_exif(reader, header);
  find_icc(reader, header);
  reader->state = HEADER_READ;
}

codec_status jpeg_reader_begin(jpeg_reader *reader, const uint8_t *bytes, size_t count, codec_limits limits,
                               jpeg_header *header, codec_report *report) {
  let_go(reader);
  free(reader->icc);
  reader->icc = NULL;
  memset(header, 0, sizeof *header);
  fault_begin(&reader->fault.fault, report, limits);
  reader->decompress.err = jpeg_fault_manager(&reader->fault);
  if (setjmp(reader->fault.fault.landing) == 0) {
    read_header(reader, bytes, count, header);
  } else {
    let_go(reader);
    memset(header, 0, sizeof *header);
  }
  return fault_status(&reader->fault.fault);
}

// MARK: - Plan

/// Planes can be used as they are when luma is at full size and each chroma plane is smaller by a whole number.
static bool has_usable_planes(const struct jpeg_decompress_struct *decompress) {
  J_COLOR_SPACE space = decompress->jpeg_color_space;
  if (space != JCS_GRAYSCALE && space != JCS_YCbCr) return false;
  const jpeg_component_info *luma = &decompress->comp_info[0];
  if (luma->h_samp_factor != decompress->max_h_samp_factor) return false;
  if (luma->v_samp_factor != decompress->max_v_samp_factor) return false;
  for (int index = 1; index < decompress->num_components; ++index) {
    const jpeg_component_info *chroma = &decompress->comp_info[index];
    if (luma->h_samp_factor % chroma->h_samp_factor != 0) return false;
    if (luma->v_samp_factor % chroma->v_samp_factor != 0) return false;
  }
  return true;
}

static J_COLOR_SPACE space_of_pixels(J_COLOR_SPACE coded) {
  switch (coded) {
    case JCS_GRAYSCALE: return JCS_GRAYSCALE;
    case JCS_YCbCr:
    case JCS_RGB: return JCS_RGB;
    case JCS_CMYK:
    case JCS_YCCK: return JCS_CMYK;
    default: return JCS_UNKNOWN;
  }
}

/// libjpeg neither transforms nor keeps coefficients of a component that is not needed, nor touches its rows.
static void choose_components(j_decompress_ptr decompress, int layout) {
  for (int index = 0; index < decompress->num_components; ++index) {
    bool is_of_layout = index == 0 || layout != JPEG_LAYOUT_LUMA;
    decompress->comp_info[index].component_needed = layout != NO_LAYOUT && is_of_layout;
  }
}

/// libjpeg writes whole blocks, and only those that the component has; rows are asked for by whole MCU rows.
static jpeg_plane_shape shape_of_component(const struct jpeg_decompress_struct *decompress, int index) {
  const jpeg_component_info *component = &decompress->comp_info[index];
  size_t rows_each = (size_t)(component->v_samp_factor * SCALED_HEIGHT(component));
  return (jpeg_plane_shape){
    .width = component->downsampled_width,
    .height = component->downsampled_height,
    .channels = 1,
    .stride = (size_t)component->width_in_blocks * (size_t)SCALED_WIDTH(component),
    .rows = decompress->total_iMCU_rows * rows_each,
  };
}

static jpeg_shape shape_of_picture(const struct jpeg_decompress_struct *decompress, jpeg_layout layout) {
  jpeg_shape shape = {.width = decompress->output_width, .height = decompress->output_height, .count = 1};
  if (layout == JPEG_LAYOUT_PIXELS) {
    uint32_t channels = (uint32_t)decompress->out_color_components;
    size_t stride = (size_t)shape.width * channels;
    shape.planes[0] = (jpeg_plane_shape){shape.width, shape.height, channels, stride, shape.height};
    return shape;
  }
  if (layout == JPEG_LAYOUT_PLANES) shape.count = (uint32_t)decompress->num_components;
  for (uint32_t index = 0; index < shape.count; ++index) {
    shape.planes[index] = shape_of_component(decompress, (int)index);
  }
  return shape;
}

static void plan(jpeg_reader *reader, uint32_t denominator, jpeg_layout layout, jpeg_shape *shape) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  codec_fault *fault = &reader->fault.fault;
  if (reader->state == NO_PICTURE) fault_raise(fault, CODEC_REASON_INTERNAL, "a plan without a picture");
  if (denominator != 1 && denominator != 2 && denominator != 4 && denominator != 8) {
    fault_raise(fault, CODEC_REASON_INTERNAL, "a scale other than 1, 2, 4 or 8");
  }
  reader->state = HEADER_READ;
  bool is_raw = layout != JPEG_LAYOUT_PIXELS;
  J_COLOR_SPACE space = is_raw ? decompress->jpeg_color_space : space_of_pixels(decompress->jpeg_color_space);
  if (is_raw && !has_usable_planes(decompress)) {
    fault_raise(fault, CODEC_REASON_UNSUPPORTED, "planes that cannot be used as they are");
  }
  if (space == JCS_UNKNOWN) fault_raise(fault, CODEC_REASON_UNSUPPORTED, "an unknown colour space");
  decompress->scale_num = 1;
  decompress->scale_denom = denominator;
  decompress->raw_data_out = is_raw;
  decompress->out_color_space = space;
  decompress->dct_method = JDCT_ISLOW;
  choose_components(decompress, layout);
  jpeg_calc_output_dimensions(decompress);
  *shape = reader->shape = shape_of_picture(decompress, layout);
  reader->layout = layout;
  reader->state = PLANNED;
}

codec_status jpeg_reader_plan(jpeg_reader *reader, uint32_t denominator, jpeg_layout layout, jpeg_shape *shape,
                              codec_report *report) {
  memset(shape, 0, sizeof *shape);
  fault_enter(&reader->fault.fault, report);
  if (setjmp(reader->fault.fault.landing) == 0) plan(reader, denominator, layout, shape);
  return fault_status(&reader->fault.fault);
}

// MARK: - Read

static void check_planes(jpeg_reader *reader, const codec_plane *planes) {
  for (uint32_t index = 0; index < reader->shape.count; ++index) {
    const jpeg_plane_shape *least = &reader->shape.planes[index];
    if (!planes[index].base || planes[index].stride < least->stride || planes[index].rows < least->rows) {
      fault_raise(&reader->fault.fault, CODEC_REASON_INTERNAL, "a plane smaller than planned");
    }
  }
}

/// The rows of the scaled picture that a window needs, in whole rows of MCUs.
typedef struct {
  JDIMENSION first, end;
} row_range;

static row_range rows_of(const jpeg_reader *reader, const jpeg_window *window) {
  const struct jpeg_decompress_struct *decompress = &reader->decompress;
  if (window->top >= window->bottom || window->bottom > decompress->image_height || window->left >= window->right ||
      window->right > decompress->image_width) {
    fault_raise(&((jpeg_reader *)reader)->fault.fault, CODEC_REASON_INTERNAL, "a window outside of the picture");
  }
  const JDIMENSION full = (JDIMENSION)(decompress->max_v_samp_factor * DCTSIZE);
  const JDIMENSION scaled = (JDIMENSION)(decompress->max_v_samp_factor * LEAST_SCALED_HEIGHT(decompress));
  const JDIMENSION end = (window->bottom + full - 1) / full * scaled;
  return (row_range){window->top / full * scaled, end < decompress->output_height ? end : decompress->output_height};
}

/// The inverse transform writes straight into the caller's planes, one row of MCUs a call. Of rows that are not needed
/// nothing is transformed.
static void read_planes(jpeg_reader *reader, const codec_plane *planes, const jpeg_window *window) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  const int row_group = decompress->max_v_samp_factor * LEAST_SCALED_HEIGHT(decompress);
  const row_range needed = rows_of(reader, window);
  JSAMPROW rows[3][greatest_row_group];
  JSAMPARRAY components[MAX_COMPONENTS] = {NULL};
  for (size_t group = 0; decompress->output_scanline < decompress->output_height; ++group) {
    const JDIMENSION scanline = decompress->output_scanline;
    const bool is_needed = scanline >= needed.first && scanline < needed.end;
    if (scanline >= needed.end && window->may_stop) return;
    choose_components(decompress, is_needed ? (int)reader->layout : NO_LAYOUT);
    for (uint32_t index = 0; index < reader->shape.count; ++index) {
      const jpeg_component_info *component = &decompress->comp_info[index];
      const size_t count = (size_t)(component->v_samp_factor * SCALED_HEIGHT(component));
      for (size_t row = 0; row < count; ++row) {
        rows[index][row] = planes[index].base + (group * count + row) * planes[index].stride;
      }
      components[index] = rows[index];
    }
    jpeg_read_raw_data(decompress, components, (JDIMENSION)row_group);
  }
}

static void invert(uint8_t *samples, size_t count) {
  for (size_t index = 0; index < count; ++index) samples[index] = (uint8_t)(255 - samples[index]);
}

/// The columns that a window needs, widened by the library to whole MCUs, and one more of them on either side, for what
/// upsampling reaches. The rows keep their places.
static JDIMENSION crop_columns(jpeg_reader *reader, const jpeg_window *window) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  if (window->left == 0 && window->right == decompress->image_width) return 0;
  const uint32_t full = (uint32_t)(decompress->max_h_samp_factor * DCTSIZE);
  const uint32_t scaled = (uint32_t)(decompress->max_h_samp_factor * LEAST_SCALED_HEIGHT(decompress));
  const uint32_t groups = window->left / full;
  JDIMENSION left = (groups > 0 ? groups - 1 : 0) * scaled;
  JDIMENSION right = ((window->right + full - 1) / full + 1) * scaled;
  if (right > decompress->output_width) right = decompress->output_width;
  JDIMENSION width = right - left;
  jpeg_crop_scanline(decompress, &left, &width);
  return left;
}

static void read_pixels(jpeg_reader *reader, codec_plane plane, const jpeg_window *window) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  const bool is_inverted = decompress->out_color_space == JCS_CMYK && decompress->saw_Adobe_marker;
  const JDIMENSION group = (JDIMENSION)(decompress->max_v_samp_factor * LEAST_SCALED_HEIGHT(decompress));
  const size_t pixel = reader->shape.planes[0].channels;
  row_range needed = rows_of(reader, window);
  const size_t left = crop_columns(reader, window);
  // One row of MCUs more on either side, for what upsampling reaches.
  if (needed.first > group) jpeg_skip_scanlines(decompress, needed.first - group);
  if (needed.end + group < decompress->output_height) needed.end += group;
  else needed.end = decompress->output_height;
  while (decompress->output_scanline < needed.end) {
    JSAMPROW row = plane.base + decompress->output_scanline * plane.stride + left * pixel;
    jpeg_read_scanlines(decompress, &row, 1);
    if (is_inverted) invert(row, decompress->output_width * pixel);
  }
  if (needed.end < decompress->output_height && !window->may_stop) {
    jpeg_skip_scanlines(decompress, decompress->output_height - needed.end);
  }
}

/// Whether a component's scans came whole, as the library's record tells: for each coefficient the lowest bit that is
/// known, -1 where no scan has told of it.
///
/// The standard lets an encoder leave coefficients out, but nobody leaves out DC or luma's details, nor the refinement
/// of what an earlier scan began. Leaving out chroma's details altogether happens (scripts for `cjpeg -scans`), so in a
/// file that has its end marker that alone is no fault. Where the bytes ran out, nothing is missing on purpose.
static bool is_refined(const jpeg_reader *reader, int index) {
  const struct jpeg_decompress_struct *decompress = &reader->decompress;
  const int *bits = decompress->coef_bits[index];
  J_COLOR_SPACE space = decompress->jpeg_color_space;
  bool is_chroma = (space == JCS_YCbCr || space == JCS_YCCK) && (index == 1 || index == 2);
  bool may_lack_details = is_chroma && !reader->fault.fault.ran_out;
  if (bits[0] != 0) return false;
  for (int coefficient = 1; coefficient < DCTSIZE2; ++coefficient) {
    if (bits[coefficient] > 0 || (bits[coefficient] < 0 && !may_lack_details)) return false;
  }
  return true;
}

/// Scans that never came raise no warning. libjpeg keeps a component's quantisation table from its first scan on.
static void check_scans(jpeg_reader *reader) {
  const struct jpeg_decompress_struct *decompress = &reader->decompress;
  codec_fault *fault = &reader->fault.fault;
  for (int index = 0; index < decompress->num_components; ++index) {
    if (!decompress->comp_info[index].quant_table) {
      fault_damage(fault, "the scans end early: a component has none");
    } else if (decompress->progressive_mode && !is_refined(reader, index)) {
      fault_damage(fault, "the scans end early");
    } else {
      continue;
    }
    fault->report->reason = CODEC_REASON_TRUNCATED;
    return;
  }
}

static void read_picture(jpeg_reader *reader, const codec_plane *planes, const jpeg_window *window) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  codec_fault *fault = &reader->fault.fault;
  if (reader->state != PLANNED) fault_raise(fault, CODEC_REASON_INTERNAL, "a read without a plan");
  const jpeg_window everything = {.right = decompress->image_width, .bottom = decompress->image_height};
  if (!window) window = &everything;
  check_planes(reader, planes);
  jpeg_start_decompress(decompress);
  if (reader->layout == JPEG_LAYOUT_PIXELS) {
    read_pixels(reader, planes[0], window);
  } else {
    read_planes(reader, planes, window);
  }
  fault->weight = ERROR_DAMAGES;
  check_scans(reader);
  // Reads on to the end marker, unless the rest is not wanted.
  if (decompress->output_scanline == decompress->output_height) jpeg_finish_decompress(decompress);
}

codec_status jpeg_reader_read(jpeg_reader *reader, const codec_plane *planes, const jpeg_window *window,
                              codec_report *report) {
  codec_fault *fault = &reader->fault.fault;
  fault_enter(fault, report);
  if (setjmp(fault->landing) == 0) read_picture(reader, planes, window);
  // The end of the bytes often shows later than the damage that it did.
  if (!fault->failed && report->damage > 0 && fault->ran_out) report->reason = CODEC_REASON_TRUNCATED;
  let_go(reader);
  return fault_status(fault);
}
