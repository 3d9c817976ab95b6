#include "jpeg_reader.h"

#include <jerror.h>

/// Classifies libjpeg's fatal errors, which end the call. A code that is not listed means that the file violates the format's
/// rules.
static codec_reason reason_of_error(int code) {
  switch (code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:  // libjpeg-turbo needs more than `max_memory_to_use`
      return CODEC_REASON_LIMIT_MEMORY;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
      return CODEC_REASON_TRUNCATED;
#if JPEG_LIB_VERSION < 70
    case JERR_ARITH_NOTIMPL:
#endif
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_EMPTY_IMAGE:  // a height of zero is valid: a DNL marker contains it later
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_IMAGE_TOO_BIG:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
    case JERR_WIDTH_OVERFLOW:
      return CODEC_REASON_UNSUPPORTED;
    case JERR_BAD_BUFFER_MODE:
    case JERR_BAD_LIB_VERSION:
    case JERR_BAD_STATE:
    case JERR_BAD_STRUCT_SIZE:
    case JERR_BUFFER_SIZE:
    case JERR_CANT_SUSPEND:
    case JERR_TOO_LITTLE_DATA:
      return CODEC_REASON_INTERNAL;
    default:
      return CODEC_REASON_CORRUPT;
  }
}

/// Warnings after which pixels are wrong. The others concern markers and the bytes between segments.
/// JWRN_JPEG_EOF alone is harmless: if entropy-coded data are missing as well, JWRN_HIT_MARKER follows.
static bool is_damage(int code) {
  switch (code) {
#if JPEG_LIB_VERSION >= 70 || defined(C_ARITH_CODING_SUPPORTED) || defined(D_ARITH_CODING_SUPPORTED)
    case JWRN_ARITH_BAD_CODE:
#endif
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
      return true;
    default:
      return false;
  }
}

static codec_fault *fault_of(j_common_ptr common) { return &((jpeg_fault *)common->err)->fault; }

/// Passes on the library's message, unless it would describe a consequence of missing bytes.
static _Noreturn void error_exit(j_common_ptr common) {
  codec_fault *fault = fault_of(common);
  codec_reason reason = reason_of_error(common->err->msg_code);
  if (reason == CODEC_REASON_CORRUPT && fault->ran_out) fault_raise(fault, reason, "the data end early");
  char text[JMSG_LENGTH_MAX];
  common->err->format_message(common, text);
  fault_raise(fault, reason, text);
}

/// Whether the last scan contains only details of a component whose blocks become one sample each.
static bool is_behind_needless_scan(const struct jpeg_decompress_struct *decompress) {
  if (!decompress->progressive_mode || decompress->Ss == 0) return false;
  const jpeg_component_info *component = decompress->cur_comp_info[0];
  return SCALED_WIDTH(component) == 1 && SCALED_HEIGHT(component) == 1;
}

/// Sets a warning aside if it concerns a scan that the scaled image does not need. The end of the bytes concerns the whole file.
static bool is_set_aside(j_common_ptr common, bool damages) {
  if (!common->is_decompressor || common->err->msg_code == JWRN_JPEG_EOF) return false;
  jpeg_reader *reader = (jpeg_reader *)common;
  if (!reader->sets_needless_scans_aside || !is_behind_needless_scan(&reader->decompress)) return false;
  if (damages && reader->set_aside[0] == 0) common->err->format_message(common, reader->set_aside);
  return true;
}

static void emit_message(j_common_ptr common, int level) {
  codec_fault *fault = fault_of(common);
  if (level >= 0) {
    // A trace message. There is one per marker, and a file can have a marker every two or four bytes.
    fault_poll(fault, 0);
    return;
  }
  bool damages = is_damage(common->err->msg_code);
  if (is_set_aside(common, damages)) return;
  bool is_first = (damages ? fault->report->damage : fault->report->noted) == 0;
  char text[JMSG_LENGTH_MAX] = "";
  if (is_first) common->err->format_message(common, text);  // formatting is slow, and warnings can come for every block
  if (damages) {
    fault_damage(fault, text);
  } else {
    fault_note(fault, text);
  }
}

static void output_nothing(j_common_ptr common) { (void)common; }

struct jpeg_error_mgr *jpeg_fault_manager(jpeg_fault *fault) {
  jpeg_std_error(&fault->manager);
  fault->manager.error_exit = error_exit;
  fault->manager.emit_message = emit_message;
  fault->manager.output_message = output_nothing;
  return &fault->manager;
}
