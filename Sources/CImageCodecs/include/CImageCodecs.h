// The whole contract between Swift and the C image libraries.
//
// This target is the only code that includes jpeglib.h, png.h or libdeflate.h and the only one that calls setjmp: a
// library's longjmp starts and ends inside one function of this target, and nothing here calls back into Swift.
//
// Readers and writers are reusable: one of each serves one worker for its whole life, never two threads at once.
// Everything that a function gives by pointer (profiles, encoded bytes) belongs to its reader or writer and is valid
// until the next `_begin`, `_write` or `_destroy` on it.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Why a call failed, or why its pixels are not to be trusted.
typedef enum __attribute__((enum_extensibility(closed))) {
  CODEC_REASON_NONE = 0,
  CODEC_REASON_TRUNCATED,     ///< the data end before the image does
  CODEC_REASON_CORRUPT,       ///< the data break the format's rules
  CODEC_REASON_UNSUPPORTED,   ///< a legal file that the library does not decode
  CODEC_REASON_LIMIT_SCANS,   ///< more scans than `codec_limits.max_scans`
  CODEC_REASON_LIMIT_MEMORY,  ///< the library would need more than `codec_limits.max_memory`, or malloc refused
  CODEC_REASON_TIMEOUT,       ///< `codec_limits.deadline` has passed
  CODEC_REASON_INTERNAL,      ///< a call out of order or a plane too small: a fault of ours
} codec_reason;

typedef enum __attribute__((enum_extensibility(closed))) {
  CODEC_OK = 0,   ///< everything asked for is there (`noted` may be above zero)
  CODEC_DAMAGED,  ///< all rows are defined, some are known to be wrong or missing (filled by the library, or zero)
  CODEC_FAILED,   ///< nothing usable; `reason` and `message` say why
} codec_status;

/// What a call has to say beside its pixels. Cleared by `_begin` and by `_write`; reading adds to it.
/// Warnings are counted by class, told apart by the library's own message code, never printed.
typedef struct {
  codec_reason reason;   ///< of the failure, or of the first damage
  uint32_t damage;       ///< warnings that mean wrong pixels
  uint32_t noted;        ///< warnings that do not
  char message[160];     ///< the failure or first damage in the library's words, NUL-terminated, "" if none
  char note[160];        ///< the first harmless warning, NUL-terminated, "" if none
} codec_report;

typedef struct {
  uint32_t max_scans;   ///< of a JPEG (a sequential one may repeat its scans too); 0 for no limit
  uint64_t max_memory;  ///< bytes that a library may allocate for one image; 0 for no limit.
                        ///< JPEG: the coefficients of a progressive or multi-scan file, with what else is
                        ///< held then; row buffers and markers are not refused. PNG: all, freed or not
  uint64_t deadline;    ///< nanoseconds of `system_deadline_clock`; 0 for none; looked at between rows and pieces
} codec_limits;

/// One plane of samples in memory that the caller owns.
/// `base` has `rows` rows of `stride` bytes; 16-bit samples are in the machine's byte order.
typedef struct {
  uint8_t *base;
  size_t stride;  ///< bytes from row to row
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

typedef struct {
  uint32_t width, height;   ///< pixels as coded, before any orientation; 1...65500
  uint8_t components;
  uint8_t bits;             ///< bits a sample
  jpeg_color color;
  uint8_t horizontal[4], vertical[4];  ///< sampling factors, 1...4
  bool progressive, arithmetic;
  uint64_t coefficient_bytes;  ///< that decoding holds for the whole image at full size: of a file in several scans,
                               ///< progressive or not; else 0. Shrinking does not lessen it
  bool has_restarts;
  const uint8_t *_Nullable icc;   ///< the first profile that its APP2 segments have complete, joined; null if none
  size_t icc_bytes;
  bool has_other_icc;       ///< there are segments of a profile that are not in `icc`, nor copies of what is
} jpeg_header;

typedef enum __attribute__((enum_extensibility(closed))) {
  JPEG_LAYOUT_PLANES,  ///< gray: 1 plane; YCbCr: 3 planes, each at its own subsampled size (no upsampling, no
                       ///< conversion)
  JPEG_LAYOUT_LUMA,    ///< 1 plane of luma of a gray or YCbCr file; chroma is not transformed
  JPEG_LAYOUT_PIXELS,  ///< 1 interleaved plane: gray 1 channel; YCbCr and RGB 3 channels RGB; CMYK and YCCK 4 channels,
                       ///< CMYK with 0 for no ink (files have 255 there, with Adobe's marker or without)
} jpeg_layout;

typedef struct {
  uint32_t width, height;    ///< samples that mean something: ceil(full size * sampling share / denominator), or more:
                             ///< libjpeg shrinks a subsampled plane less, 4:2:0 at 1/8 gives chroma the size of luma
  uint32_t channels;
  size_t stride;             ///< least bytes a row that the plane needs (whole blocks)
  size_t rows;               ///< least rows that the plane needs (whole block rows)
} jpeg_plane_shape;

typedef struct {
  uint32_t width, height;    ///< the scaled image: ceil(full size / denominator)
  uint32_t count;            ///< planes, 1 or 3
  jpeg_plane_shape planes[3];
} jpeg_shape;

/// The part of the image, in pixels of full size, that has to be there: the rest of the planes is undefined.
typedef struct {
  uint32_t left, top, right, bottom;  ///< left < right <= width, top < bottom <= height
} jpeg_window;

/// Which damage and warnings count.
typedef enum __attribute__((enum_extensibility(closed))) {
  JPEG_DAMAGE_OF_ALL_SCANS,
  JPEG_DAMAGE_OF_NEEDED_SCANS,  ///< scans of a progressive file that no sample at the scale depends on are left out, if the
                                ///< file has its end marker
} jpeg_damage;

typedef struct jpeg_reader jpeg_reader;

/// Null only when memory is out.
jpeg_reader *_Nullable jpeg_reader_create(void);
void jpeg_reader_destroy(jpeg_reader *reader);

/// Reads the markers up to the first scan. `bytes` must live until `jpeg_reader_end` or the next begin.
/// CODEC_OK or CODEC_FAILED.
codec_status jpeg_reader_begin(jpeg_reader *reader, const uint8_t *bytes, size_t count, codec_limits limits,
                               jpeg_header *header, codec_report *report);

/// Chooses scale (`denominator` 1, 2, 4 or 8) and layout, and tells the memory that `jpeg_reader_read` will fill.
/// May be called again before reading. CODEC_FAILED with UNSUPPORTED where the layout cannot be had: PLANES and LUMA of
/// a file whose first component is not at the greatest sampling factors, or of RGB, CMYK, YCCK, or whose sampling
/// factors are not divisors of the greatest ones. PIXELS can always be had, except for JPEG_COLOR_OTHER.
codec_status jpeg_reader_plan(jpeg_reader *reader, uint32_t denominator, jpeg_layout layout, jpeg_shape *shape,
                              codec_report *report);

/// Decodes every scan into `planes[0 ..< shape.count]`. The slow integer DCT, block smoothing as the library sets it.
/// CODEC_DAMAGED when a warning of the damage class came, or a progressive file's scans end early without an end marker.
/// All bytes are looked at up to the end marker, whatever the layout, scale and window.
///
/// Outside of `window`, null for everything, blocks are read but not transformed where that saves time: rows of any
/// layout, columns of PIXELS.
///
/// The image is let go in any case: a second read is a call out of order. `report` is the one of begin.
codec_status jpeg_reader_read(jpeg_reader *reader, const codec_plane *planes, const jpeg_window *_Nullable window,
                              jpeg_damage counted, codec_report *report);

/// Lets go of the image in hand and its memory; the reader itself stays for the next. Safe at any time.
void jpeg_reader_end(jpeg_reader *reader);

typedef enum __attribute__((enum_extensibility(closed))) {
  JPEG_INPUT_GRAY,    ///< 1 plane, 1 channel
  JPEG_INPUT_RGB,     ///< 1 plane, 3 channels; converted to YCbCr and subsampled by the library
  JPEG_INPUT_YCBCR,   ///< 3 planes at their output sizes: chroma is ceil(width / horizontal) x ceil(height / vertical);
                      ///< written as they are. Each stride must reach whole blocks: round up to 8 * (1 for chroma, or
                      ///< horizontal for luma); columns past the width are overwritten with the last one
} jpeg_input;

typedef struct {
  uint32_t width, height;          ///< 1...65500
  jpeg_input input;
  uint8_t quality;                 ///< 1...100
  uint8_t horizontal, vertical;    ///< luma sampling factors 1, 2 or 4, their product 8 at most: 1 1 is 4:4:4, 2 1 is
                                   ///< 4:2:2, 2 2 is 4:2:0; chroma is 1 1. Not looked at for gray
  bool progressive;                ///< else baseline; Huffman tables are optimised either way
  const uint8_t *_Nullable icc;
  size_t icc_bytes;
  const uint8_t *_Nullable app1;   ///< the contents of the APP1 segments, signatures included, one behind the other
  const size_t *_Nullable app1_bytes;  ///< of each segment; 65533 at most
  size_t app1_count;
  uint64_t deadline;               ///< as in `codec_limits`
} jpeg_write_options;

typedef struct {
  const uint8_t *_Nullable bytes;
  size_t count;
} codec_bytes;

typedef struct jpeg_writer jpeg_writer;
jpeg_writer *_Nullable jpeg_writer_create(void);
void jpeg_writer_destroy(jpeg_writer *writer);
/// CODEC_OK with `out` set, or CODEC_FAILED. A profile of more than 16,707,345 bytes (255 segments) is INTERNAL.
codec_status jpeg_writer_write(jpeg_writer *writer, const jpeg_write_options *options, const codec_plane *planes,
                               codec_bytes *out, codec_report *report);

// MARK: - PNG

typedef struct {
  uint32_t width, height;
  uint8_t bits;             ///< bits a sample in the file: 1, 2, 4, 8, 16
  uint8_t color_type;      ///< as in IHDR: 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGBA
  bool interlaced;
  bool has_transparency;    ///< by a tRNS chunk that counts
  const uint8_t *_Nullable icc;   ///< iCCP, inflated; null if none or refused
  size_t icc_bytes;
  int8_t srgb_intent;       ///< 0...3, or -1 without an sRGB chunk
  uint32_t gamma;           ///< gAMA, gamma * 100000; 0 without one. libpng takes sRGB to mean its gAMA and cHRM too
  bool has_chromaticities;
  uint32_t chromaticities[8];  ///< cHRM * 100000: white x y, red x y, green x y, blue x y
} png_header;

typedef struct {
  uint32_t channels;        ///< 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA; palettes and tRNS are expanded
  uint32_t bits;            ///< 8 or 16; fewer than 8 are scaled up to 8
  size_t stride;            ///< least bytes a row
} png_shape;

typedef struct png_reader png_reader;
png_reader *_Nullable png_reader_create(void);
void png_reader_destroy(png_reader *reader);
/// Reads the chunks up to the first IDAT. Text, sPLT, hIST and unknown chunks are skipped unread; iCCP inflates to 4 MB
/// at most. CODEC_OK or CODEC_FAILED.
codec_status png_reader_begin(png_reader *reader, const uint8_t *bytes, size_t count, codec_limits limits,
                              png_header *header, png_shape *shape, codec_report *report);
/// Decodes the rows, then reads to IEND. CODEC_DAMAGED on any error after the first IDAT: rows that did not come are
/// zero, and `reason` is TRUNCATED when the bytes ran out. What is wrong behind the last row and its checksums is
/// noted. The image is let go in any case. `report` is the one of begin.
codec_status png_reader_read(png_reader *reader, codec_plane plane, codec_report *report);
void png_reader_end(png_reader *reader);

typedef struct {
  uint32_t width, height;
  uint8_t channels;         ///< 1...4, as in png_shape
  uint8_t bits;             ///< 8 or 16
  uint8_t level;            ///< 0...9, as in zlib
  const uint8_t *_Nullable icc;  ///< one that libpng does not like is left out and noted
  size_t icc_bytes;
  int8_t srgb_intent;       ///< -1 for no sRGB chunk; not written beside a profile
  uint32_t gamma;           ///< 0 for none
  bool has_chromaticities;
  uint32_t chromaticities[8];
  uint64_t deadline;        ///< as in `codec_limits`
} png_write_options;

typedef struct png_writer png_writer;
png_writer *_Nullable png_writer_create(void);
void png_writer_destroy(png_writer *writer);
codec_status png_writer_write(png_writer *writer, const png_write_options *options, codec_plane plane, codec_bytes *out,
                              codec_report *report);

// MARK: - Versions

/// The libraries in use at run time, as in "libjpeg-turbo 2.1.5", "libpng 1.6.39", "zlib 1.2.13".
/// libjpeg-turbo tells its version only when built against: the text is the header's, then its ABI number, which the
/// library in use must share.
const char *codec_jpeg_version(void);
const char *codec_png_version(void);
const char *codec_zlib_version(void);

#pragma clang assume_nonnull end

#endif
