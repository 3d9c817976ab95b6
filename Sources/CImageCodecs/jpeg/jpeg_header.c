#include "jpeg_reader.h"

#include <jerror.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static codec_fault *fault_of(j_decompress_ptr decompress) { return &((jpeg_fault *)decompress->err)->fault; }

// MARK: - Source: the caller's bytes, without a copy

static void source_does_nothing(j_decompress_ptr decompress) { (void)decompress; }

/// After the last byte, libjpeg receives end markers for as long as it asks.
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

/// libjpeg calls this before each scanline or row of blocks that it outputs, and before each that it reads.
/// A sequential file may repeat its scans like a progressive one, so scans of both are counted.
static void check_limits(j_common_ptr common) {
  j_decompress_ptr decompress = (j_decompress_ptr)common;
  codec_fault *fault = fault_of(decompress);
  uint32_t most = fault->limits.max_scans;
  if (most > 0 && decompress->input_scan_number > 0 && (uint32_t)decompress->input_scan_number > most) {
    fault_raise(fault, CODEC_REASON_LIMIT_SCANS, "more scans than the limit");
  }
  // After a scan. Some cameras omit the end marker and write other data there.
  jpeg_reader *reader = (jpeg_reader *)common;
  if (reader->takes_in_scans && !fault->ran_out && decompress->input_iMCU_row >= decompress->total_iMCU_rows) {
    fault->severity = ERROR_ENDS_INPUT;
    // If a marker was found, its two bytes have been consumed.
    reader->behind_scan = decompress->src->next_input_byte - (decompress->unread_marker == 0 ? 0 : 2);
  }
  fault_poll(fault, (size_t)decompress->image_width * (size_t)decompress->num_components);
}

static void set_limits(jpeg_reader *reader) {
  reader->progress = (struct jpeg_progress_mgr){.progress_monitor = check_limits};
  reader->decompress.progress = &reader->progress;
  // Set even to 0 (no limit): otherwise libjpeg takes a value from the environment variable JPEGMEM.
  uint64_t most = reader->fault.fault.limits.max_memory;
  reader->decompress.mem->max_memory_to_use = most > LONG_MAX ? LONG_MAX : (long)most;
}

// MARK: - Lifetime

jpeg_reader *jpeg_reader_create(void) { return calloc(1, sizeof(jpeg_reader)); }

void jpeg_reader_release(jpeg_reader *reader) {
  jpeg_destroy_decompress(&reader->decompress);
  reader->state = NO_IMAGE;
}

void jpeg_reader_end(jpeg_reader *reader) { jpeg_reader_release(reader); }

void jpeg_reader_destroy(jpeg_reader *reader) {
  jpeg_reader_release(reader);
  free(reader->icc);
  free(reader);
}

// MARK: - Profile

/// Stores the positions of a profile's segments. libjpeg's own list of saved markers is traversed at each new one. With the
/// millions of segments that a hostile file can have, this would never finish.
static boolean keep_segment(j_decompress_ptr decompress) {
  jpeg_reader *reader = (jpeg_reader *)decompress;
  const uint8_t *bytes = decompress->src->next_input_byte;
  const size_t left = decompress->src->bytes_in_buffer;
  const size_t length = left < 2 ? 2 : (size_t)bytes[0] << 8 | bytes[1];
  fault_poll(fault_of(decompress), 0);
  skip_bytes(decompress, length < 2 ? 2 : (long)length);
  // Segments between scans are ignored.
  if (left < 2 || length < 2 || length > left || reader->state != NO_IMAGE) return TRUE;
  jpeg_profile_add(&reader->profile, bytes + 2, length - 2);
  return TRUE;
}

static void keep_segments(jpeg_reader *reader) {
  jpeg_profile_clear(&reader->profile);
  jpeg_set_marker_processor(&reader->decompress, JPEG_APP0 + 2, keep_segment);
}

static void join_profile(jpeg_reader *reader, jpeg_header *header) {
  const jpeg_profile *profile = &reader->profile;
  const size_t size = jpeg_profile_size(profile);
  header->has_other_icc = profile->has_leftovers || (size == 0 && profile->found > 0);
  if (size == 0) return;
  reader->icc = malloc(size);
  if (!reader->icc) fault_raise(&reader->fault.fault, CODEC_REASON_LIMIT_MEMORY, "");
  jpeg_profile_join(profile, reader->icc);
  header->icc = reader->icc;
  header->icc_bytes = size;
}

// MARK: - Begin

static jpeg_color color_of(J_COLOR_SPACE space) {
  switch (space) {
    case JCS_GRAYSCALE: return JPEG_COLOR_GRAY;
    case JCS_YCbCr: return JPEG_COLOR_YCBCR;
    case JCS_RGB: return JPEG_COLOR_RGB;
    case JCS_CMYK: return JPEG_COLOR_CMYK;
    case JCS_YCCK: return JPEG_COLOR_YCCK;
    default: return JPEG_COLOR_OTHER;
  }
}

/// The size that jinit_d_coef_controller of libjpeg allocates: whole groups of blocks of each component.
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
  header->color = color_of(decompress->jpeg_color_space);
  for (int index = 0; index < decompress->num_components && index < 4; ++index) {
    header->horizontal[index] = (uint8_t)decompress->comp_info[index].h_samp_factor;
    header->vertical[index] = (uint8_t)decompress->comp_info[index].v_samp_factor;
  }
  header->progressive = decompress->progressive_mode;
  header->has_restarts = decompress->restart_interval > 0;
  header->arithmetic = decompress->arith_code;
  header->coefficient_bytes = coefficient_bytes(decompress);
}

/// Each image gets a new libjpeg object. Creating it costs three small mallocs. With a reused object, a file that lacks a table
/// would be decoded with the table of the previous file.
void jpeg_reader_open(jpeg_reader *reader, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(&reader->decompress);
  set_source(reader, bytes, count);
  set_limits(reader);
  reader->bytes = bytes;
  reader->behind_scan = NULL;
  reader->takes_in_scans = reader->sets_needless_scans_aside = false;
  reader->set_aside[0] = 0;
  keep_segments(reader);
  jpeg_read_header(&reader->decompress, TRUE);
}

static void read_header(jpeg_reader *reader, const uint8_t *bytes, size_t count, jpeg_header *header) {
  struct jpeg_decompress_struct *decompress = &reader->decompress;
  codec_fault *fault = &reader->fault.fault;
  jpeg_reader_open(reader, bytes, count);
  if (fault->ran_out) fault_raise(fault, CODEC_REASON_TRUNCATED, "the data end before the first scan");
  // libjpeg-turbo 3 reads 12-bit files through other functions. It also reads lossless files, in which a block is one sample.
  if (decompress->data_precision != 8) fault_raise(fault, CODEC_REASON_UNSUPPORTED, "more than 8 bits a sample");
  if (LEAST_SCALED_HEIGHT(decompress) == 1) fault_raise(fault, CODEC_REASON_UNSUPPORTED, "a lossless JPEG");
  describe(decompress, header);
  join_profile(reader, header);
  reader->state = HEADER_READ;
}

codec_status jpeg_reader_begin(jpeg_reader *reader, const uint8_t *bytes, size_t count, codec_limits limits,
                               jpeg_header *header, codec_report *report) {
  jpeg_reader_release(reader);
  free(reader->icc);
  reader->icc = NULL;
  memset(header, 0, sizeof *header);
  fault_begin(&reader->fault.fault, report, limits);
  reader->decompress.err = jpeg_fault_manager(&reader->fault);
  if (setjmp(reader->fault.fault.recovery_point) == 0) {
    read_header(reader, bytes, count, header);
  } else {
    jpeg_reader_release(reader);
    memset(header, 0, sizeof *header);
  }
  return fault_status(&reader->fault.fault);
}

void jpeg_reader_set_deadline(jpeg_reader *reader, uint64_t deadline) {
  reader->fault.fault.limits.deadline = deadline;
}
