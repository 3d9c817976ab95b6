#ifdef IMGBATCH_WEBP

#include <CPlatform.h>
#include <stdlib.h>
#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "report.h"

struct webp_writer {
  WebPMemoryWriter pixels;
  WebPData file;  ///< set if there is more than pixels
};

webp_writer *webp_writer_create(void) {
  webp_writer *writer = calloc(1, sizeof *writer);
  if (writer) WebPMemoryWriterInit(&writer->pixels);
  return writer;
}

static void clear(webp_writer *writer) {
  WebPMemoryWriterClear(&writer->pixels);
  WebPMemoryWriterInit(&writer->pixels);
  WebPDataClear(&writer->file);
}

void webp_writer_destroy(webp_writer *writer) {
  clear(writer);
  free(writer);
}

/// Converts any number of channels to the 0xAARRGGBB words that the library starts from.
static void fill(WebPPicture *picture, unsigned channels, codec_plane plane) {
  for (int y = 0; y < picture->height; ++y) {
    const uint8_t *from = plane.base + (size_t)y * plane.stride;
    uint32_t *to = picture->argb + (size_t)y * (size_t)picture->argb_stride;
    for (int x = 0; x < picture->width; ++x, from += channels) {
      const uint32_t red = from[0];
      const uint32_t green = channels > 2 ? from[1] : red;
      const uint32_t blue = channels > 2 ? from[2] : red;
      const uint32_t alpha = channels % 2 == 0 ? from[channels - 1] : 255;
      to[x] = alpha << 24 | red << 16 | green << 8 | blue;
    }
  }
}

/// The library calls this at each percent of its work. False stops it.
static int goes_on(int percent, const WebPPicture *picture) {
  (void)percent;
  const webp_write_options *options = picture->user_data;
  return !system_deadline_has_passed(options->deadline);
}

static codec_status encode(webp_writer *writer, const webp_write_options *options, codec_plane plane,
                           codec_report *report) {
  WebPConfig config;
  WebPPicture picture;
  if (!WebPConfigInit(&config) || !WebPPictureInit(&picture)) {
    return report_failure(report, CODEC_REASON_INTERNAL, "another libwebp than built against");
  }
  if (options->is_lossless) {
    // Without loss, the quality determines only the effort. Its default of 75 stays.
    config.lossless = config.exact = 1;
  } else {
    config.quality = options->quality;
  }
  picture.use_argb = 1;
  picture.width = (int)options->width;
  picture.height = (int)options->height;
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &writer->pixels;
  picture.progress_hook = goes_on;
  picture.user_data = (void *)options;
  bool done = false;
  if (WebPPictureAlloc(&picture)) {
    fill(&picture, options->channels, plane);
    done = WebPEncode(&config, &picture);
  }
  const WebPEncodingError error = picture.error_code;
  WebPPictureFree(&picture);
  if (done) return CODEC_OK;
  switch (error) {
    case VP8_ENC_ERROR_USER_ABORT: return report_failure(report, CODEC_REASON_TIMEOUT, "the time for this image is over");
    case VP8_ENC_ERROR_OUT_OF_MEMORY:
    case VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY:
    case VP8_ENC_ERROR_BAD_WRITE: return report_failure(report, CODEC_REASON_LIMIT_MEMORY, "no memory for the WebP encoder");
    case VP8_ENC_ERROR_PARTITION0_OVERFLOW:
    case VP8_ENC_ERROR_PARTITION_OVERFLOW:
    case VP8_ENC_ERROR_FILE_TOO_BIG:
      return report_failure(report, CODEC_REASON_UNSUPPORTED, "more data than a WebP holds");
    default: return report_failure(report, CODEC_REASON_INTERNAL, "libwebp does not encode this");
  }
}

static bool put(WebPMux *mux, const char *name, const uint8_t *bytes, size_t count) {
  const WebPData data = {bytes, count};
  return count == 0 || WebPMuxSetChunk(mux, name, &data, 0) == WEBP_MUX_OK;
}

/// Adds the other chunks to the pixels.
static bool wrap(webp_writer *writer, const webp_write_options *options) {
  const WebPData pixels = {writer->pixels.mem, writer->pixels.size};
  WebPMux *mux = WebPMuxNew();
  const bool done = mux && WebPMuxSetImage(mux, &pixels, 0) == WEBP_MUX_OK &&
    put(mux, "ICCP", options->icc, options->icc_bytes) && put(mux, "EXIF", options->exif, options->exif_bytes) &&
    put(mux, "XMP ", options->xmp, options->xmp_bytes) && WebPMuxAssemble(mux, &writer->file) == WEBP_MUX_OK;
  WebPMuxDelete(mux);
  return done;
}

codec_status webp_writer_write(webp_writer *writer, const webp_write_options *options, codec_plane plane,
                               codec_bytes *out, codec_report *report) {
  *out = (codec_bytes){0};
  memset(report, 0, sizeof *report);
  clear(writer);
  const size_t row = (size_t)options->width * options->channels;
  if (options->channels < 1 || options->channels > 4 || plane.stride < row || plane.rows < options->height) {
    return report_failure(report, CODEC_REASON_INTERNAL, "options or a plane that cannot be written");
  }
  if (options->width > WEBP_MAX_DIMENSION || options->height > WEBP_MAX_DIMENSION) {
    return report_failure(report, CODEC_REASON_UNSUPPORTED, "a side of more than the 16383 pixels that WebP has");
  }
  if (encode(writer, options, plane, report) != CODEC_OK) return CODEC_FAILED;
  *out = (codec_bytes){writer->pixels.mem, writer->pixels.size};
  if (options->icc_bytes + options->exif_bytes + options->xmp_bytes == 0) return CODEC_OK;
  if (!wrap(writer, options)) return report_failure(report, CODEC_REASON_LIMIT_MEMORY, "no memory for a WebP's chunks");
  *out = (codec_bytes){writer->file.bytes, writer->file.size};
  return CODEC_OK;
}

const char *codec_webp_version(void) {
  static _Thread_local char text[32];
  const int version = WebPGetDecoderVersion();
  snprintf(text, sizeof text, "libwebp %d.%d.%d", version >> 16, version >> 8 & 255, version & 255);
  return text;
}

#endif
