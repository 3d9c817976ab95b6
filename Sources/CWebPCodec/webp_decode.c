#ifdef IMGBATCH_WEBP

#include <CPlatform.h>
#include <webp/decode.h>

#include "report.h"

static codec_reason reason_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return CODEC_REASON_LIMIT_MEMORY;
    case VP8_STATUS_BITSTREAM_ERROR: return CODEC_REASON_CORRUPT;
    case VP8_STATUS_UNSUPPORTED_FEATURE: return CODEC_REASON_UNSUPPORTED;
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: return CODEC_REASON_TRUNCATED;
    // INVALID_PARAM: the calls are correct, so a size in the data contradicts the header.
    default: return CODEC_REASON_CORRUPT;
  }
}

static const char *words_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return "out of memory, or more of it than the limit";
    case VP8_STATUS_BITSTREAM_ERROR: return "WebP data that break the format's rules";
    case VP8_STATUS_UNSUPPORTED_FEATURE: return "a WebP feature that libwebp does not decode";
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: return "WebP data that end too early";
    default: return "WebP headers that contradict each other";
  }
}

/// Lossless pixels, and alpha compressed like them, are decoded into the library's own memory, 4 bytes per pixel, with tables for
/// parts of the image. Alpha is then stored in a plane. Lossy pixels need only some rows.
static uint64_t working_bytes(const WebPBitstreamFeatures *features) {
  const uint64_t rows = (uint64_t)features->width * 256 + (2u << 20);
  const uint64_t pixels = (uint64_t)features->width * (uint64_t)features->height;
  return rows + (features->format == 2 || features->has_alpha ? 6 * pixels : 0);
}

codec_status webp_read_header(const uint8_t *bytes, size_t count, codec_limits limits, webp_header *header,
                              codec_report *report) {
  memset(report, 0, sizeof *report);
  WebPBitstreamFeatures features;
  VP8StatusCode status = WebPGetFeatures(bytes, count, &features);
  if (status != VP8_STATUS_OK) return report_failure(report, reason_of(status), words_of(status));
  *header = (webp_header){
    .width = (uint32_t)features.width,
    .height = (uint32_t)features.height,
    .has_alpha = features.has_alpha != 0,
    .working_bytes = working_bytes(&features),
  };
  if (limits.max_memory > 0 && header->working_bytes > limits.max_memory) {
    return report_failure(report, CODEC_REASON_LIMIT_MEMORY, words_of(VP8_STATUS_OUT_OF_MEMORY));
  }
  return CODEC_OK;
}

/// The number of bytes that decode to about a million pixels. In a plain image these are few bytes.
static size_t piece_bytes(size_t count, const webp_header *header) {
  const size_t most = 32u << 10, least = 64, pixels_of_piece = 1u << 20;
  const size_t pieces = (size_t)header->width * header->height / pixels_of_piece + 1;
  const size_t bytes = count / pieces;
  return bytes > most ? most : bytes < least ? least : bytes;
}

/// Gives the decoder more and more of the bytes, so that the clock can be checked in between.
/// \return VP8_STATUS_USER_ABORT once the deadline has passed.
static VP8StatusCode decode_in_pieces(WebPIDecoder *decoder, const uint8_t *bytes, size_t count, codec_limits limits,
                                      const webp_header *header) {
  const size_t piece = piece_bytes(count, header);
  VP8StatusCode status = VP8_STATUS_SUSPENDED;
  for (size_t end = 0; end < count && status == VP8_STATUS_SUSPENDED;) {
    if (system_deadline_has_passed(limits.deadline)) return VP8_STATUS_USER_ABORT;
    end = count - end < piece ? count : end + piece;
    status = WebPIUpdate(decoder, bytes, end);
  }
  return status;
}

/// \return the number of complete rows from the top.
static int rows_done(WebPIDecoder *decoder) {
  int last = 0;
  return WebPIDecGetRGB(decoder, &last, NULL, NULL, NULL) ? last : 0;
}

codec_status webp_read(const uint8_t *bytes, size_t count, codec_limits limits, const webp_header *header,
                       codec_plane plane, codec_report *report) {
  memset(report, 0, sizeof *report);
  const size_t row = (size_t)header->width * (header->has_alpha ? 4 : 3);
  WebPDecoderConfig config;
  if (plane.stride < row || plane.rows < header->height || plane.stride > INT32_MAX || !WebPInitDecoderConfig(&config)) {
    return report_failure(report, CODEC_REASON_INTERNAL, "a plane too small, or another libwebp than built against");
  }
  config.output.colorspace = header->has_alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = plane.base;
  config.output.u.RGBA.stride = (int)plane.stride;
  config.output.u.RGBA.size = plane.stride * (header->height - 1) + row;
  WebPIDecoder *decoder = WebPIDecode(NULL, 0, &config);
  if (!decoder) {
    return report_failure(report, CODEC_REASON_LIMIT_MEMORY, words_of(VP8_STATUS_OUT_OF_MEMORY));
  }
  VP8StatusCode status = decode_in_pieces(decoder, bytes, count, limits, header);
  size_t done = status == VP8_STATUS_OK ? header->height : (size_t)rows_done(decoder);
  WebPIDelete(decoder);
  if (status == VP8_STATUS_OK) return CODEC_OK;
  if (status == VP8_STATUS_USER_ABORT) {
    return report_failure(report, CODEC_REASON_TIMEOUT, "the time limit for this image has passed");
  }
  const codec_reason reason = reason_of(status);
  const bool is_in_file = reason == CODEC_REASON_TRUNCATED || reason == CODEC_REASON_CORRUPT;
  if (!is_in_file || done == 0) return report_failure(report, reason, words_of(status));
  for (size_t y = done; y < header->height; ++y) memset(plane.base + y * plane.stride, 0, row);
  return report_damage(report, reason, words_of(status));
}

#endif
