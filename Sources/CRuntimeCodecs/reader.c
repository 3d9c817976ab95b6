#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "reader.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { library_count = 3 };

static struct {
  const runtime_codec *codec;
  runtime_state state;
  char version[48];
} libraries[library_count] = {{&libheif, RUNTIME_CLOSED, ""}, {&libtiff, RUNTIME_CLOSED, ""}, {&libjxl, RUNTIME_CLOSED, ""}};

static int library_of(runtime_format format) {
  switch (format) {
    case RUNTIME_HEIC:
    case RUNTIME_AVIF: return 0;
    case RUNTIME_TIFF: return 1;
    case RUNTIME_JPEG_XL: return 2;
  }
}

const runtime_codec *runtime_codec_of(runtime_format format) { return libraries[library_of(format)].codec; }

static runtime_state open_library(const runtime_codec *codec, char *version, size_t size) {
  void *library = NULL;
  for (const char *const *name = codec->names; *name && !library; ++name) {
    library = dlopen(*name, RTLD_NOW | RTLD_LOCAL);
  }
  if (!library) return RUNTIME_NO_LIBRARY;
  for (size_t index = 0; index < codec->symbol_count; ++index) {
    void *function = dlsym(library, codec->symbols[index].name);
    if (!function && !codec->symbols[index].is_optional) return RUNTIME_UNSUITABLE;
    memcpy(codec->symbols[index].address, &function, sizeof function);
  }
  return codec->prepare(version, size) ? RUNTIME_OPEN : RUNTIME_UNSUITABLE;
}

runtime_state runtime_library_open(runtime_format format) {
  const int index = library_of(format);
  if (libraries[index].state == RUNTIME_CLOSED) {
    libraries[index].state =
        open_library(libraries[index].codec, libraries[index].version, sizeof libraries[index].version);
  }
  return runtime_library_state(format);
}

runtime_state runtime_library_state(runtime_format format) {
  const int index = library_of(format);
  if (libraries[index].state != RUNTIME_OPEN) return libraries[index].state;
  return libraries[index].codec->decodes(format) ? RUNTIME_OPEN : RUNTIME_NO_DECODER;
}

const char *runtime_library_version(runtime_format format) { return libraries[library_of(format)].version; }

runtime_reader *runtime_reader_create(runtime_format format) {
  runtime_reader *reader = calloc(1, sizeof *reader);
  if (reader) reader->codec = libraries[library_of(format)].codec;
  return reader;
}

void runtime_reader_destroy(runtime_reader *reader) {
  runtime_reader_end(reader);
  free(reader);
}

codec_status runtime_reader_begin(runtime_reader *reader, const uint8_t *bytes, size_t count, codec_limits limits,
                                  runtime_header *header, codec_report *report) {
  runtime_reader_end(reader);
  memset(report, 0, sizeof *report);
  reader->bytes = bytes;
  reader->count = count;
  reader->deadline = limits.deadline;
  reader->header = (runtime_header){.bits = 8, .channels = 3, .orientation = 1};
  const codec_status status = reader->codec->begin(reader, limits, &reader->header, report);
  if (status != CODEC_OK) {
    runtime_reader_end(reader);
    return status;
  }
  *header = reader->header;
  if (header->width == 0 || header->height == 0) {
    return runtime_fail(report, CODEC_REASON_CORRUPT, "an image without pixels");
  }
  if (limits.max_memory > 0 && header->working_bytes > limits.max_memory) {
    return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "its library needs more memory than one image may have");
  }
  return CODEC_OK;
}

codec_status runtime_reader_read(runtime_reader *reader, codec_plane plane, codec_report *report) {
  memset(report, 0, sizeof *report);
  if (!reader->bytes || plane.rows < reader->header.height || plane.stride < runtime_row_bytes(&reader->header)) {
    return runtime_fail(report, CODEC_REASON_INTERNAL, "a plane too small, or no image");
  }
  const codec_status status = reader->codec->read(reader, plane, report);
  if (status == CODEC_OK && reader->is_premultiplied) {
    for (uint32_t y = 0; y < reader->header.height; ++y) {
      runtime_unpremultiply(plane.base + y * plane.stride, reader->header.width, reader->header.channels,
                            reader->header.bits > 8);
    }
  }
  return status;
}

void runtime_reader_end(runtime_reader *reader) {
  reader->codec->end(reader);
  free(reader->icc);
  free(reader->exif);
  free(reader->xmp);
  *reader = (runtime_reader){.codec = reader->codec};
}

codec_status runtime_fail(codec_report *report, codec_reason reason, const char *text) {
  report->reason = reason;
  snprintf(report->message, sizeof report->message, "%s", text);
  return CODEC_FAILED;
}

size_t runtime_row_bytes(const runtime_header *header) {
  return (size_t)header->width * header->channels * (header->bits > 8 ? 2 : 1);
}

/// A color divided by alpha, rounded, at most the maximum.
static uint32_t divided(uint32_t color, uint32_t alpha, uint32_t maximum) {
  if (alpha == 0) return 0;
  const uint64_t value = ((uint64_t)color * maximum + alpha / 2) / alpha;
  return value < maximum ? (uint32_t)value : maximum;
}

void runtime_unpremultiply(uint8_t *row, size_t width, unsigned channels, bool is_wide) {
  uint16_t *wide = (uint16_t *)row;
  for (size_t pixel = 0; pixel < width; ++pixel) {
    const size_t first = pixel * channels, last = first + channels - 1;
    for (size_t index = first; index < last; ++index) {
      if (is_wide) wide[index] = (uint16_t)divided(wide[index], wide[last], 65535);
      else row[index] = (uint8_t)divided(row[index], row[last], 255);
    }
  }
}
