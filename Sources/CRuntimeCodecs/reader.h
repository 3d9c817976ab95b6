// What the three libraries share.
#ifndef CRUNTIMECODECS_READER_H
#define CRUNTIMECODECS_READER_H

#include "CRuntimeCodecs.h"

/// The functions of one library. Each `begin` and `read` follows the contract of `runtime_reader_begin` and `_read`.
typedef struct {
  /// Sonames to try, terminated by null. The first one names the installed library.
  const char *const *names;
  /// The functions that the library must have: their names and where to store their addresses.
  const struct runtime_symbol *symbols;
  size_t symbol_count;
  /// Called once after opening. Returns false if the library is unsuitable.
  bool (*prepare)(char *version, size_t size);
  /// Whether the library can decode the format.
  bool (*decodes)(runtime_format format);
  codec_status (*begin)(runtime_reader *reader, codec_limits limits, runtime_header *header, codec_report *report);
  codec_status (*read)(runtime_reader *reader, codec_plane plane, codec_report *report);
  void (*end)(runtime_reader *reader);
} runtime_codec;

struct runtime_symbol {
  const char *name;
  void *address;  ///< of the function pointer
  bool is_optional;
};

struct runtime_reader {
  const runtime_codec *codec;
  const uint8_t *bytes;
  size_t count;
  uint64_t deadline;
  runtime_header header;
  /// The library's objects for the current image.
  void *state[2];
  /// Memory of the current image that `end` frees: a profile and metadata.
  uint8_t *icc, *exif, *xmp;
  bool is_premultiplied;
  /// For libtiff, which reads its input like a file.
  uint64_t position;
};

extern const runtime_codec libheif, libtiff, libjxl;

const runtime_codec *runtime_codec_of(runtime_format format);

codec_status runtime_fail(codec_report *report, codec_reason reason, const char *text);

/// Turns colors that are multiplied by alpha into plain ones, in a row of 4 (or 2) channels of 8 or 16 bits.
void runtime_unpremultiply(uint8_t *row, size_t width, unsigned channels, bool is_wide);

/// Bytes of a row of the image.
size_t runtime_row_bytes(const runtime_header *header);

#endif
