// The contract between Swift and libwebp, in the words of CImageCodecs.h. Only with the package trait WebP: without it this
// target is empty.
//
// libwebp returns its errors, so nothing here jumps. What is around the pixels (RIFF chunks) is for Swift to read; writing
// it is libwebpmux's.
#ifndef CWEBPCODEC_H
#define CWEBPCODEC_H

#include <CImageCodecs.h>

#pragma clang assume_nonnull begin

typedef struct {
  uint32_t width, height;   ///< pixels as coded, 1...16383
  bool has_alpha, lossless;
  uint64_t working_bytes;   ///< that decoding allocates beside the plane, at most
} webp_header;

/// Reads what stands before the pixels.
/// \param bytes a whole file, or what a frame of an animated one consists of: its ALPH, VP8 or VP8L chunks.
/// CODEC_OK or CODEC_FAILED.
codec_status webp_read_header(const uint8_t *bytes, size_t count, codec_limits limits, webp_header *header,
                              codec_report *report);

/// Decodes into RGBA where `has_alpha`, else RGB. CODEC_DAMAGED when the bytes end or break the rules after the first row:
/// rows that did not come are zero. The deadline is looked at between pieces of the bytes.
/// \param header of the same bytes.
codec_status webp_read(const uint8_t *bytes, size_t count, codec_limits limits, const webp_header *header,
                       codec_plane plane, codec_report *report);

typedef struct {
  uint32_t width, height;   ///< 1...16383
  uint8_t channels;         ///< 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA, of 8 bits
  uint8_t quality;          ///< 1...100; lossy, alpha is lossless
  const uint8_t *_Nullable icc;
  size_t icc_bytes;
  const uint8_t *_Nullable exif;  ///< a TIFF structure
  size_t exif_bytes;
  const uint8_t *_Nullable xmp;
  size_t xmp_bytes;
  uint64_t deadline;        ///< as in `codec_limits`; looked at about a hundred times an image
} webp_write_options;

typedef struct webp_writer webp_writer;
/// Null only when memory is out.
webp_writer *_Nullable webp_writer_create(void);
void webp_writer_destroy(webp_writer *writer);
/// CODEC_OK with `out` set, which is the writer's until its next call, or CODEC_FAILED.
codec_status webp_writer_write(webp_writer *writer, const webp_write_options *options, codec_plane plane,
                               codec_bytes *out, codec_report *report);

/// The library in use at run time, as in "libwebp 1.2.4".
const char *codec_webp_version(void);

#pragma clang assume_nonnull end

#endif
