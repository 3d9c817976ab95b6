// The complete interface between Swift and the C image libraries.
//
// This is the only target of the program that includes jpeglib.h or png.h, and the only one that calls setjmp. A library's
// longjmp starts and ends inside one function of this target, and nothing here calls back into Swift.
//
// Readers and writers are reusable. Each worker has one of each for its whole life; two threads must never use one at the same
// time. Everything that a function returns by pointer (profiles, encoded bytes) belongs to its reader or writer, and is valid
// until the next `_begin`, `_write` or `_destroy` on it.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// For a struct that has pointers among other fields: in Swift, only the use of its pointers is unsafe.
#define CODEC_FIELDS __attribute__((swift_attr("safe")))

/// Why a call failed, or why its pixels cannot be trusted.
typedef enum __attribute__((enum_extensibility(closed))) {
  CODEC_REASON_NONE = 0,
  CODEC_REASON_TRUNCATED,     ///< the data end before the image does
  CODEC_REASON_CORRUPT,       ///< the data violate the format's rules
  CODEC_REASON_UNSUPPORTED,   ///< a valid file that the library does not decode
  CODEC_REASON_LIMIT_SCANS,   ///< more scans than `codec_limits.max_scans`
  CODEC_REASON_LIMIT_MEMORY,  ///< the library would need more than `codec_limits.max_memory`, or malloc refused
  CODEC_REASON_TIMEOUT,       ///< `codec_limits.deadline` has passed
  CODEC_REASON_INTERNAL,      ///< a call out of order or a plane too small: a bug of this program
} codec_reason;

typedef enum __attribute__((enum_extensibility(closed))) {
  CODEC_OK = 0,   ///< all requested pixels are decoded (`noted` may be above zero)
  CODEC_DAMAGED,  ///< all rows are defined, some are known to be wrong or missing (filled by the library, or zero)
  CODEC_FAILED,   ///< no usable result; `reason` and `message` give the cause
} codec_status;

/// What a call reports in addition to its pixels. `_begin` and `_write` clear it; reading adds to it. Warnings are never printed.
/// They are classified by the library's message code (those of libpng by their text), and counted by class.
typedef struct {
  codec_reason reason;   ///< of the failure, or of the first damage
  uint32_t damage;       ///< warnings that mean wrong pixels
  uint32_t noted;        ///< other warnings
  char message[160];     ///< the failure or first damage in the library's words, NUL-terminated, "" if none
  char note[160];        ///< the first harmless warning, NUL-terminated, "" if none
} codec_report;

typedef struct {
  uint32_t max_scans;   ///< of a JPEG (a sequential one may repeat its scans, too); 0 for no limit
  uint64_t max_memory;  ///< bytes that a library may allocate for one image; 0 for no limit.
                        ///< JPEG: the coefficients of a progressive or multi-scan file, and everything else that
                        ///< is allocated then; row buffers and markers are not limited. PNG: all allocations, freed or not
  uint64_t deadline;    ///< nanoseconds of `system_deadline_clock`; 0 for none; checked between rows and pieces
} codec_limits;

/// One plane of samples in memory that the caller owns.
/// `base` points to `rows` rows of `stride` bytes. 16-bit samples are in native byte order.
typedef struct {
  uint8_t *base;
  size_t stride;  ///< bytes from one row to the next
  size_t rows;    ///< rows that may be written or read
} codec_plane;

// MARK: - JPEG

typedef enum __attribute__((enum_extensibility(closed))) {
  JPEG_COLOR_GRAY,
  JPEG_COLOR_YCBCR,
  JPEG_COLOR_RGB,
  JPEG_COLOR_CMYK,
  JPEG_COLOR_YCCK,
  JPEG_COLOR_OTHER,
} jpeg_color;

typedef struct CODEC_FIELDS {
  uint32_t width, height;   ///< pixels as coded, before orientation; 1...65500
  uint8_t components;
  uint8_t bits;             ///< bits per sample
  jpeg_color color;
  uint8_t horizontal[4], vertical[4];  ///< sampling factors, 1...4
  bool progressive, arithmetic;
  bool has_restarts;        ///< the first scan has restart markers
  uint64_t coefficient_bytes;  ///< kept for the whole image at full size during decoding: for a file in several scans,
                               ///< progressive or not; else 0. Shrinking does not reduce it
  const uint8_t *_Nullable icc;   ///< the first complete profile in the APP2 segments, joined; null if none
  size_t icc_bytes;
  bool has_other_icc;       ///< there are profile segments that are neither in `icc` nor copies of its segments
} jpeg_header;

typedef enum __attribute__((enum_extensibility(closed))) {
  JPEG_LAYOUT_PLANES,  ///< gray: 1 plane; YCbCr: 3 planes, each at its own subsampled size (no upsampling, no
                       ///< conversion)
  JPEG_LAYOUT_LUMA,    ///< 1 plane: luma of a gray or YCbCr file; chroma is not transformed
  JPEG_LAYOUT_PIXELS,  ///< 1 interleaved plane: gray 1 channel; YCbCr and RGB 3 channels RGB; CMYK and YCCK 4 channels,
                       ///< CMYK with 0 for no ink (files have 255 there, with or without Adobe's marker)
} jpeg_layout;

typedef struct {
  uint32_t width, height;    ///< valid samples: ceil(full size * sampling ratio / denominator), or more: libjpeg
                             ///< shrinks a subsampled plane less, so 4:2:0 at 1/8 gives chroma the size of luma
  uint32_t channels;
  size_t stride;             ///< minimum bytes per row of the plane (whole blocks)
  size_t rows;               ///< minimum rows of the plane (whole block rows)
} jpeg_plane_shape;

typedef struct {
  uint32_t width, height;    ///< the scaled image: ceil(full size / denominator)
  uint32_t count;            ///< number of planes, 1 or 3
  jpeg_plane_shape planes[3];
} jpeg_shape;

/// The part of the image, in pixels at full size, that must be decoded. The rest of the planes is undefined.
typedef struct {
  uint32_t left, top, right, bottom;  ///< left < right <= width, top < bottom <= height
} jpeg_window;

/// The scans whose damage and warnings count.
typedef enum __attribute__((enum_extensibility(closed))) {
  JPEG_DAMAGE_OF_ALL_SCANS,
  JPEG_DAMAGE_OF_NEEDED_SCANS,  ///< all but the scans of a progressive file that no sample at the scale depends on, if the
                                ///< file has its end marker
} jpeg_damage;

typedef struct jpeg_reader jpeg_reader;

/// Null only if memory is exhausted.
jpeg_reader *_Nullable jpeg_reader_create(void);
void jpeg_reader_destroy(jpeg_reader *reader);

/// Reads the markers up to the first scan. `bytes` must stay valid until `jpeg_reader_end` or the next begin.
/// Returns CODEC_OK or CODEC_FAILED.
codec_status jpeg_reader_begin(jpeg_reader *reader, const uint8_t *bytes, size_t count, codec_limits limits,
                               jpeg_header *header, codec_report *report);

/// Replaces the deadline that `jpeg_reader_begin` was given.
void jpeg_reader_set_deadline(jpeg_reader *reader, uint64_t deadline);

/// Chooses scale (`denominator` 1, 2, 4 or 8) and layout, and reports the memory that `jpeg_reader_read` will fill. May be called
/// again before reading.
/// Returns CODEC_FAILED with UNSUPPORTED if the layout is unavailable: PLANES and LUMA for RGB, CMYK and YCCK, and for files
/// whose first component does not have the largest sampling factors, or whose factors do not divide the largest ones. PIXELS is
/// always available, except for JPEG_COLOR_OTHER.
codec_status jpeg_reader_plan(jpeg_reader *reader, uint32_t denominator, jpeg_layout layout, jpeg_shape *shape,
                              codec_report *report);

/// Decodes every scan into `planes[0 ..< shape.count]`, with the slow integer DCT and the library's default block smoothing.
/// Returns CODEC_DAMAGED after a warning of the damage class, or if the scans of a progressive file end early without an end
/// marker. All bytes up to the end marker are read, whatever the layout, scale and window.
///
/// Outside `window` (null for everything), blocks are read but not transformed if that saves time: in rows of any layout, and in
/// columns of PIXELS.
///
/// The image is released in any case: a second read is a call out of order. `report` is the one of begin.
codec_status jpeg_reader_read(jpeg_reader *reader, const codec_plane *planes, const jpeg_window *_Nullable window,
                              jpeg_damage counted, codec_report *report);

/// Releases the current image and its memory; the reader stays usable for the next one. Safe at any time.
void jpeg_reader_end(jpeg_reader *reader);

typedef enum __attribute__((enum_extensibility(closed))) {
  JPEG_INPUT_GRAY,    ///< 1 plane, 1 channel
  JPEG_INPUT_RGB,     ///< 1 plane, 3 channels; converted to YCbCr and subsampled by the library
  JPEG_INPUT_YCBCR,   ///< 3 planes at their output sizes: chroma is ceil(width / horizontal) x ceil(height / vertical);
                      ///< written unchanged. Each stride must cover whole blocks: round up to 8 * (1 for chroma, or
                      ///< horizontal for luma); columns past the width are overwritten with the last one
} jpeg_input;

typedef struct CODEC_FIELDS {
  uint32_t width, height;          ///< 1...65500
  jpeg_input input;
  uint8_t quality;                 ///< 1...100
  uint8_t horizontal, vertical;    ///< luma sampling factors 1, 2 or 4, with a product of at most 8: 1 1 is 4:4:4, 2 1 is
                                   ///< 4:2:2, 2 2 is 4:2:0; chroma is 1 1. Ignored for gray
  bool progressive;                ///< else baseline; Huffman tables are optimized either way
  const uint8_t *_Nullable icc;
  size_t icc_bytes;
  const uint8_t *_Nullable app1;   ///< the contents of the APP1 segments with their signatures, one after another
  const size_t *_Nullable app1_bytes;  ///< size of each segment; at most 65533
  size_t app1_count;
  uint64_t deadline;               ///< as in `codec_limits`
} jpeg_write_options;

typedef struct CODEC_FIELDS {
  const uint8_t *_Nullable bytes;
  size_t count;
} codec_bytes;

typedef struct jpeg_writer jpeg_writer;
jpeg_writer *_Nullable jpeg_writer_create(void);
void jpeg_writer_destroy(jpeg_writer *writer);
/// Returns CODEC_OK with `out` set, or CODEC_FAILED. A profile of more than 16,707,345 bytes (255 segments) is INTERNAL.
codec_status jpeg_writer_write(jpeg_writer *writer, const jpeg_write_options *options, const codec_plane *planes,
                               codec_bytes *out, codec_report *report);

// MARK: - PNG

typedef struct CODEC_FIELDS {
  uint32_t width, height;
  uint8_t bits;             ///< bits per sample in the file: 1, 2, 4, 8, 16
  uint8_t color_type;      ///< as in IHDR: 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGBA
  bool interlaced;
  const uint8_t *_Nullable icc;   ///< iCCP, inflated; null if missing or rejected
  size_t icc_bytes;
  int8_t srgb_intent;       ///< 0...3, or -1 without an sRGB chunk
  uint32_t gamma;           ///< gAMA, gamma * 100000; 0 if missing. libpng derives gAMA and cHRM from sRGB as well
  bool has_chromaticities;
  uint32_t chromaticities[8];  ///< cHRM * 100000: white x y, red x y, green x y, blue x y
} png_header;

typedef struct {
  uint32_t channels;        ///< 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA; palettes and tRNS are expanded
  uint32_t bits;            ///< 8 or 16; fewer than 8 are scaled up to 8
  size_t stride;            ///< minimum bytes per row
} png_shape;

typedef struct png_reader png_reader;
png_reader *_Nullable png_reader_create(void);
void png_reader_destroy(png_reader *reader);
/// Reads the chunks up to the first IDAT. Text, sPLT, hIST and unknown chunks are skipped unread. iCCP may inflate to at most 4
/// MB. Returns CODEC_OK or CODEC_FAILED.
codec_status png_reader_begin(png_reader *reader, const uint8_t *bytes, size_t count, codec_limits limits,
                              png_header *header, png_shape *shape, codec_report *report);
/// Replaces the deadline that `png_reader_begin` was given.
void png_reader_set_deadline(png_reader *reader, uint64_t deadline);
/// Decodes the rows, then reads to IEND. Returns CODEC_DAMAGED on any error after the first IDAT: missing rows are zero, and
/// `reason` is TRUNCATED if the bytes ran out. Errors after the last row and its checksums are noted. The image is released in
/// any case. `report` is the one of begin.
codec_status png_reader_read(png_reader *reader, codec_plane plane, codec_report *report);
void png_reader_end(png_reader *reader);

// MARK: - Versions

/// The libraries in use at run time, as in "libjpeg-turbo 2.1.5", "libpng 1.6.39", "zlib 1.2.13".
/// libjpeg-turbo reports its version only in its header. The text therefore contains the version that the program was built
/// against, and its ABI number, which the library in use must share.
const char *codec_jpeg_version(void);
const char *codec_png_version(void);
const char *codec_zlib_version(void);

#pragma clang assume_nonnull end

#endif
