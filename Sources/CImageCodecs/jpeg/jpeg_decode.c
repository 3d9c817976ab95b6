#include "jpeg_reader.h"

#include <string.h>

enum { greatest_row_group = MAX_SAMP_FACTOR * DCTSIZE };

/// Used in place of a layout: no component is needed.
enum { NO_LAYOUT = -1 };

// MARK: - Plan

/// Planes are usable unchanged if luma has full size and each chroma plane is smaller by an integer factor.
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

/// libjpeg does not transform or keep coefficients of a component that is not needed, and does not write its rows.
static void choose_components(j_decompress_ptr decompress, int layout) {
  for (int index = 0; index < decompress->num_components; ++index) {
    bool is_of_layout = index == 0 || layout != JPEG_LAYOUT_LUMA;
    decompress->comp_info[index].component_needed = layout != NO_LAYOUT && is_of_layout;
  }
}

/// libjpeg writes only the whole blocks that the component has. Rows are requested by whole MCU rows.
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

static jpeg_shape shape_of_image(const struct jpeg_decompress_struct *decompress, jpeg_layout layout) {
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
  if (reader->state == NO_IMAGE) fault_raise(fault, CODEC_REASON_INTERNAL, "a plan without an image");
  if (denominator != 1 && denominator != 2 && denominator != 4 && denominator != 8) {
    fault_raise(fault, CODEC_REASON_INTERNAL, "a scale other than 1, 2, 4 or 8");
  }
  reader->state = HEADER_READ;
  bool is_raw = layout != JPEG_LAYOUT_PIXELS;
  J_COLOR_SPACE space = is_raw ? decompress->jpeg_color_space : space_of_pixels(decompress->jpeg_color_space);
  if (is_raw && !has_usable_planes(decompress)) {
    fault_raise(fault, CODEC_REASON_UNSUPPORTED, "planes that cannot be used as they are");
  }
  if (space == JCS_UNKNOWN) fault_raise(fault, CODEC_REASON_UNSUPPORTED, "an unknown color space");
  decompress->scale_num = 1;
  decompress->scale_denom = denominator;
  decompress->raw_data_out = is_raw;
  decompress->out_color_space = space;
  decompress->dct_method = JDCT_ISLOW;
  choose_components(decompress, layout);
  jpeg_calc_output_dimensions(decompress);
  *shape = reader->shape = shape_of_image(decompress, layout);
  reader->layout = layout;
  reader->state = PLANNED;
}

codec_status jpeg_reader_plan(jpeg_reader *reader, uint32_t denominator, jpeg_layout layout, jpeg_shape *shape,
                              codec_report *report) {
  memset(shape, 0, sizeof *shape);
  fault_enter(&reader->fault.fault, report);
  if (setjmp(reader->fault.fault.recovery_point) == 0) plan(reader, denominator, layout, shape);
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

/// The rows of the scaled image that a window needs, in whole rows of MCUs.
typedef struct {
  JDIMENSION first, end;
} row_range;

static row_range rows_of(const jpeg_reader *reader, const jpeg_window *window) {
  const struct jpeg_decompress_struct *decompress = &reader->decompress;
  if (window->top >= window->bottom || window->bottom > decompress->image_height || window->left >= window->right ||
      window->right > decompress->image_width) {
    fault_raise(&((jpeg_reader *)reader)->fault.fault, CODEC_REASON_INTERNAL, "a window outside of the image");
  }
  const JDIMENSION full = (JDIMENSION)(decompress->max_v_samp_factor * DCTSIZE);
  const JDIMENSION scaled = (JDIMENSION)(decompress->max_v_samp_factor * LEAST_SCALED_HEIGHT(decompress));
  const JDIMENSION end = (window->bottom + full - 1) / full * scaled;
  return (row_range){window->top / full * scaled, end < decompress->output_height ? end : decompress->output_height};
}

/// The inverse transform writes directly into the caller's planes, one row of MCUs per call. Rows that are not needed are not
/// transformed.
static void read_planes(jpeg_reader *reader, const codec_plane *planes, const jpeg_window *window) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  const int row_group = decompress->max_v_samp_factor * LEAST_SCALED_HEIGHT(decompress);
  const row_range needed = rows_of(reader, window);
  JSAMPROW rows[3][greatest_row_group];
  JSAMPARRAY components[MAX_COMPONENTS] = {NULL};
  for (size_t group = 0; decompress->output_scanline < decompress->output_height; ++group) {
    const JDIMENSION scanline = decompress->output_scanline;
    const bool is_needed = scanline >= needed.first && scanline < needed.end;
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

/// Whether the library crops columns correctly. If it shrinks a component less than others, but not to the size of the output, as
/// chroma of 4:1:0, `jpeg_crop_scanline` assumes that this component is narrower than it is (libjpeg-turbo 2.1.5).
static bool may_crop(const struct jpeg_decompress_struct *decompress) {
  const int full = decompress->max_h_samp_factor * LEAST_SCALED_HEIGHT(decompress);
  for (int index = 0; index < decompress->num_components; ++index) {
    const jpeg_component_info *component = &decompress->comp_info[index];
    if (SCALED_WIDTH(component) == LEAST_SCALED_HEIGHT(decompress)) continue;
    if (component->h_samp_factor * SCALED_WIDTH(component) != full) return false;
  }
  return true;
}

/// Crops to the columns that a window needs. The library widens them to whole MCUs, with one more MCU on either side for the
/// reach of upsampling. The rows keep their positions.
static JDIMENSION crop_columns(jpeg_reader *reader, const jpeg_window *window) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  if (window->left == 0 && window->right == decompress->image_width) return 0;
  if (!may_crop(decompress)) return 0;
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
  // Inks are stored as the light that they leave, with 255 for paper. This is Adobe's convention. Other writers and all readers
  // follow it without Adobe's marker, too.
  const bool is_inverted = decompress->out_color_space == JCS_CMYK;
  const JDIMENSION group = (JDIMENSION)(decompress->max_v_samp_factor * LEAST_SCALED_HEIGHT(decompress));
  const size_t pixel = reader->shape.planes[0].channels;
  row_range needed = rows_of(reader, window);
  const size_t left = crop_columns(reader, window);
  // One more row of MCUs on either side, for the reach of upsampling.
  if (needed.first > group) jpeg_skip_scanlines(decompress, needed.first - group);
  if (needed.end + group < decompress->output_height) needed.end += group;
  else needed.end = decompress->output_height;
  while (decompress->output_scanline < decompress->output_height) {
    // The last row is always read. If the library skipped it as well, it would leave the rest of the scan unread, and damage
    // there undetected.
    const JDIMENSION last = decompress->output_height - 1;
    if (decompress->output_scanline >= needed.end && decompress->output_scanline < last) {
      jpeg_skip_scanlines(decompress, last - decompress->output_scanline);
    }
    JSAMPROW row = plane.base + decompress->output_scanline * plane.stride + left * pixel;
    jpeg_read_scanlines(decompress, &row, 1);
    if (is_inverted) invert(row, decompress->output_width * pixel);
  }
}

/// Whether the input has its end marker. If the bytes ran out, nothing was omitted on purpose.
static bool has_end_marker(const codec_fault *fault) { return !fault->ran_out && !fault->broke_off; }

/// Whether the scans of a component are complete, according to the library's record: for each coefficient the lowest known bit,
/// or -1 if no scan contained it.
///
/// The standard lets an encoder leave out coefficients. Some encoders leave out all details of chroma (scripts for `cjpeg
/// -scans`), so this is not a fault in a file that has its end marker.
static bool is_refined(const jpeg_reader *reader, int index) {
  const struct jpeg_decompress_struct *decompress = &reader->decompress;
  const int *bits = decompress->coef_bits[index];
  J_COLOR_SPACE space = decompress->jpeg_color_space;
  bool is_chroma = (space == JCS_YCbCr || space == JCS_YCCK) && (index == 1 || index == 2);
  bool may_lack_details = is_chroma && has_end_marker(&reader->fault.fault);
  if (bits[0] != 0) return false;
  for (int coefficient = 1; coefficient < DCTSIZE2; ++coefficient) {
    if (bits[coefficient] > 0 || (bits[coefficient] < 0 && !may_lack_details)) return false;
  }
  return true;
}

/// Whether a scan contained the mean values of a component. libjpeg keeps the quantization table of a component from its first
/// scan on.
static bool has_means(const struct jpeg_decompress_struct *decompress, int index) {
  if (!decompress->comp_info[index].quant_table) return false;
  return !decompress->progressive_mode || decompress->coef_bits[index][0] >= 0;
}

/// Missing scans raise no warning. A progressive image is complete after any scan that follows those of the mean values, if its
/// encoder ended it there with an end marker (ITU-T T.81, G.1.1.1). Otherwise its scans were cut off.
static void check_scans(jpeg_reader *reader) {
  const struct jpeg_decompress_struct *decompress = &reader->decompress;
  codec_fault *fault = &reader->fault.fault;
  const char *damage = NULL;
  bool lacks_refinement = false;
  for (int index = decompress->num_components - 1; index >= 0; --index) {
    if (!has_means(decompress, index)) {
      damage = "the scans end early: a component has none";
    } else if (decompress->progressive_mode && !is_refined(reader, index)) {
      if (has_end_marker(fault)) lacks_refinement = true;
      else if (!damage) damage = "the scans end early";
    }
  }
  if (damage) {
    fault_damage(fault, damage);
    fault->report->reason = CODEC_REASON_TRUNCATED;
  } else if (lacks_refinement) {
    fault_note(fault, "the scans end before the last details");
  }
}

/// Decodes until the first row is available. For a file in several scans, this decodes all of them.
static void start(jpeg_reader *reader, const codec_plane *planes) {
  if (reader->state != PLANNED) fault_raise(&reader->fault.fault, CODEC_REASON_INTERNAL, "a read without a plan");
  check_planes(reader, planes);
  reader->takes_in_scans = jpeg_has_multiple_scans(&reader->decompress);
  jpeg_start_decompress(&reader->decompress);
  reader->takes_in_scans = false;
}

/// Starts again with the bytes up to the end of the last scan, after which an error ended the input. libjpeg cannot continue: a
/// marker that it rejects may have changed its state of the frame.
static void start_without_rest(jpeg_reader *reader) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  codec_fault *fault = &reader->fault.fault;
  codec_report *report = fault->report;
  const size_t count = (size_t)(reader->behind_scan - reader->bytes);
  const uint32_t denominator = decompress->scale_denom;
  const bool sets_aside = reader->sets_needless_scans_aside;
  const jpeg_layout layout = reader->layout;
  jpeg_shape shape;
  jpeg_reader_release(reader);
  // In a truncated segment, the error is only about the truncation. Warnings about the scans will be reported again.
  if (fault->ran_out) fault->broke_off = false;
  fault->ran_out = false;
  report->damage = 0;
  report->noted = fault->broke_off ? 1 : 0;
  jpeg_reader_open(reader, reader->bytes, count);
  reader->state = HEADER_READ;
  plan(reader, denominator, layout, &shape);
  reader->sets_needless_scans_aside = sets_aside;
  jpeg_start_decompress(decompress);
}

static void read_image(jpeg_reader *reader, const codec_plane *planes, const jpeg_window *window) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  codec_fault *fault = &reader->fault.fault;
  fault->severity = ERROR_FAILS;
  if (fault->broke_off) start_without_rest(reader);
  const jpeg_window everything = {.right = decompress->image_width, .bottom = decompress->image_height};
  if (!window) window = &everything;
  if (reader->layout == JPEG_LAYOUT_PIXELS) {
    read_pixels(reader, planes[0], window);
  } else {
    read_planes(reader, planes, window);
  }
  check_scans(reader);
  // Reads to the end marker. Nothing before it changes a pixel.
  fault->severity = ERROR_IS_NOTED;
  jpeg_finish_decompress(decompress);
}

codec_status jpeg_reader_read(jpeg_reader *reader, const codec_plane *planes, const jpeg_window *window,
                              jpeg_damage counted, codec_report *report) {
  codec_fault *fault = &reader->fault.fault;
  fault_enter(fault, report);
  reader->sets_needless_scans_aside = counted == JPEG_DAMAGE_OF_NEEDED_SCANS;
  if (setjmp(fault->recovery_point) == 0) start(reader, planes);
  if (!fault->failed && setjmp(fault->recovery_point) == 0) read_image(reader, planes, window);
  if (!fault->failed && !has_end_marker(fault) && reader->set_aside[0] != 0) fault_damage(fault, reader->set_aside);
  // The end of the bytes often becomes apparent later than the damage that it caused.
  if (!fault->failed && report->damage > 0 && !has_end_marker(fault)) {
    report->reason = fault->broke_off ? CODEC_REASON_CORRUPT : CODEC_REASON_TRUNCATED;
  }
  jpeg_reader_release(reader);
  return fault_status(fault);
}
