// Formats whose libraries are opened at run time: HEIC and AVIF (libheif), TIFF (libtiff), JPEG XL (libjxl). With the types of
// CImageCodecs.h. Nothing is linked.
//
// These libraries have large parsers. Only a worker process opens them, before it confines itself; a process that has not opened
// them cannot use a reader.
#ifndef CRUNTIMECODECS_H
#define CRUNTIMECODECS_H

#include <CImageCodecs.h>

#pragma clang assume_nonnull begin

typedef enum __attribute__((enum_extensibility(closed))) {
  RUNTIME_HEIC,
  RUNTIME_AVIF,
  RUNTIME_TIFF,
  RUNTIME_JPEG_XL,
} runtime_format;

typedef enum __attribute__((enum_extensibility(closed))) {
  RUNTIME_CLOSED,      ///< never opened
  RUNTIME_OPEN,
  RUNTIME_NO_LIBRARY,  ///< the library is not installed
  RUNTIME_NO_DECODER,  ///< libheif is, without a plugin for this format
  RUNTIME_UNSUITABLE,  ///< the library is older than the oldest supported one
} runtime_state;

/// Opens the library of a format. Later calls return the same state.
runtime_state runtime_library_open(runtime_format format);

/// The state of the library of a format. Opens nothing.
runtime_state runtime_library_state(runtime_format format);

/// Whether the library of a format is in one of the usual folders or in the cache of the dynamic linker. Opens no library.
bool runtime_library_is_installed(runtime_format format);

/// The library that was opened for a format, as in "libheif 1.15.1"; "" if none is open.
const char *runtime_library_version(runtime_format format);

/// An image and what the file says about it. Pointers are valid until the next `_begin`, `_end` or `_destroy`.
typedef struct CODEC_FIELDS {
  uint32_t width, height;   ///< of the pixels that `runtime_reader_read` delivers
  uint8_t bits;             ///< per sample, in the file; above 8 for samples of 16 bits
  uint8_t channels;         ///< 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA; alpha is not multiplied into the colors
  uint8_t orientation;      ///< as in EXIF, 1...8, of the delivered pixels
  uint8_t code_points[4];   ///< ITU-T H.273: primaries, transfer, 0 (RGB), 1 (full range); all 0 if unknown
  bool has_further_images;  ///< pages or frames after the first
  bool has_gain_map;
  bool has_inks;            ///< CMYK, which the library converts by a simple formula
  uint64_t working_bytes;   ///< upper bound of what decoding allocates in addition to the plane
  const uint8_t *_Nullable icc;
  size_t icc_bytes;
  const uint8_t *_Nullable exif;  ///< a TIFF structure
  size_t exif_bytes;
  const uint8_t *_Nullable xmp;
  size_t xmp_bytes;
  bool has_further_metadata;  ///< what is in neither
} runtime_header;

typedef struct runtime_reader runtime_reader;

/// The library must be open. Null only if memory is exhausted.
runtime_reader *_Nullable runtime_reader_create(runtime_format format);
void runtime_reader_destroy(runtime_reader *reader);

/// Reads the header. `bytes` must stay valid until `runtime_reader_end` or the next begin.
/// Returns CODEC_OK or CODEC_FAILED.
codec_status runtime_reader_begin(runtime_reader *reader, const uint8_t *bytes, size_t count, codec_limits limits,
                                  runtime_header *header, codec_report *report);

/// Decodes the image once: samples of 8 bits, or of 16 in native byte order. The deadline is checked between rows, where the
/// library delivers rows. Returns CODEC_OK or CODEC_FAILED: damaged images have no pixels.
codec_status runtime_reader_read(runtime_reader *reader, codec_plane plane, codec_report *report);

/// Releases the current image. Safe at any time.
void runtime_reader_end(runtime_reader *reader);

#pragma clang assume_nonnull end

#endif
