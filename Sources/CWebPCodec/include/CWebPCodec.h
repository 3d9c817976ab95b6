// The interface between Swift and libwebp, with the types of CImageCodecs.h. Without the package trait WebP, this target is
// empty.
//
// libwebp returns its errors, so nothing here jumps. Swift reads the RIFF chunks around the pixels, and libwebpmux writes them.
#ifndef CWEBPCODEC_H
#define CWEBPCODEC_H

#include <CImageCodecs.h>

#pragma clang assume_nonnull begin

typedef struct {
  uint32_t width, height;   ///< pixels as coded, 1...16383
  bool has_alpha;
  uint64_t working_bytes;   ///< upper bound of what decoding allocates in addition to the plane
} webp_header;

/// Reads the header of the pixels.
/// \param bytes a whole file, or the chunks of an animation frame: its ALPH, VP8 or VP8L chunks.
/// Returns CODEC_OK or CODEC_FAILED.
codec_status webp_read_header(const uint8_t *bytes, size_t count, codec_limits limits, webp_header *header,
                              codec_report *report);

/// Decodes into RGBA if `has_alpha`, else RGB. Returns CODEC_DAMAGED if the bytes end or violate the format's rules after the
/// first row: missing rows are zero. The deadline is checked between pieces of the bytes.
/// \param header from the same bytes.
codec_status webp_read(const uint8_t *bytes, size_t count, codec_limits limits, const webp_header *header,
                       codec_plane plane, codec_report *report);

typedef struct CODEC_FIELDS {
  uint32_t width, height;   ///< 1...16383
  uint8_t channels;         ///< 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA, of 8 bits
  uint8_t quality;          ///< 1...100, of lossy colors; alpha is lossless
  bool is_lossless;         ///< all channels without loss, those of invisible pixels too
  const uint8_t *_Nullable icc;
  size_t icc_bytes;
  const uint8_t *_Nullable exif;  ///< a TIFF structure
  size_t exif_bytes;
  const uint8_t *_Nullable xmp;
  size_t xmp_bytes;
  uint64_t deadline;        ///< as in `codec_limits`; checked about a hundred times per image
} webp_write_options;

typedef struct webp_writer webp_writer;
/// Null only if memory is exhausted.
webp_writer *_Nullable webp_writer_create(void);
void webp_writer_destroy(webp_writer *writer);
/// Returns CODEC_OK with `out` set, or CODEC_FAILED. `out` belongs to the writer and is valid until its next call.
codec_status webp_writer_write(webp_writer *writer, const webp_write_options *options, codec_plane plane,
                               codec_bytes *out, codec_report *report);

/// The library in use at run time, as in "libwebp 1.2.4".
const char *codec_webp_version(void);

#pragma clang assume_nonnull end

#endif
