// The first image of a TIFF, by libtiff 4. Gray and RGB of 8 or 16 bits are read as they are. Everything else (palettes, bilevel,
// YCbCr, CIE L*a*b*, CMYK, separate planes) is converted to RGB of 8 bits by libtiff's own RGBA interface.
#include <CPlatform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"
#include "tiff_abi.h"

#define DECLARE(result, name, parameters) result (*name) parameters;
static struct { TIFF_FUNCTIONS(DECLARE) } tiff;
#undef DECLARE

#define REQUIRED(result, name, parameters) {"TIFF" #name, &tiff.name, false},
static const struct runtime_symbol symbols[] = {TIFF_FUNCTIONS(REQUIRED)};
#undef REQUIRED

static const char *const names[] = {"libtiff.so.6", "libtiff.so.5", NULL};

/// The first error of the current image.
static char message[160];

static void keep_error(const char *module, const char *format, va_list values) {
  (void)module;
  if (!message[0]) vsnprintf(message, sizeof message, format, values);
}

static bool prepare(char *version, size_t size) {
  tiff.SetWarningHandler(NULL);
  tiff.SetErrorHandler(keep_error);
  // "LIBTIFF, Version 4.5.0" and further lines.
  int major = 0, minor = 0, patch = 0;
  if (sscanf(tiff.GetVersion(), "LIBTIFF, Version %d.%d.%d", &major, &minor, &patch) != 3 || major < 4) return false;
  snprintf(version, size, "libtiff %d.%d.%d", major, minor, patch);
  return true;
}

static bool decodes(runtime_format format) { return format == RUNTIME_TIFF; }

// MARK: - The file in memory

static ssize_t read_bytes(abi_tiff_data data, void *target, ssize_t count) {
  runtime_reader *reader = data;
  if (count <= 0 || reader->position >= reader->count) return 0;
  const uint64_t rest = reader->count - reader->position;
  const size_t size = (uint64_t)count < rest ? (size_t)count : (size_t)rest;
  memcpy(target, reader->bytes + reader->position, size);
  reader->position += size;
  return (ssize_t)size;
}

static ssize_t write_bytes(abi_tiff_data data, void *source, ssize_t count) {
  (void)data, (void)source, (void)count;
  return -1;
}

static uint64_t seek(abi_tiff_data data, uint64_t offset, int origin) {
  runtime_reader *reader = data;
  switch (origin) {
    case SEEK_SET: reader->position = offset; break;
    case SEEK_CUR: reader->position += offset; break;
    default: reader->position = reader->count + offset; break;
  }
  return reader->position;
}

static int close_file(abi_tiff_data data) {
  (void)data;
  return 0;
}

static uint64_t byte_count(abi_tiff_data data) { return ((runtime_reader *)data)->count; }

static int map(abi_tiff_data data, void **base, uint64_t *count) {
  runtime_reader *reader = data;
  *base = (void *)(uintptr_t)reader->bytes;
  *count = reader->count;
  return 1;
}

static void unmap(abi_tiff_data data, void *base, uint64_t count) { (void)data, (void)base, (void)count; }

// MARK: - The header

static uint16_t field(abi_tiff *file, uint32_t tag, uint16_t otherwise) {
  uint16_t value = 0;
  return tiff.GetFieldDefaulted(file, tag, &value) ? value : otherwise;
}

static codec_status failure(codec_report *report, codec_reason reason, const char *text) {
  return runtime_fail(report, reason, message[0] ? message : text);
}

/// Whether alpha follows the colors, and how.
static uint16_t alpha_kind(abi_tiff *file) {
  uint16_t count = 0, *kinds = NULL;
  if (!tiff.GetField(file, ABI_TIFF_EXTRA_SAMPLES, &count, &kinds) || count == 0) return 0;
  return kinds[0] == ABI_TIFF_ASSOCIATED_ALPHA || kinds[0] == ABI_TIFF_UNASSOCIATED_ALPHA ? kinds[0] : 0;
}

/// The number of colors of an image whose samples are read as they are; 0 for other images.
static unsigned plain_colors(abi_tiff *file) {
  const uint16_t bits = field(file, ABI_TIFF_BITS_PER_SAMPLE, 1), samples = field(file, ABI_TIFF_SAMPLES_PER_PIXEL, 1);
  if ((bits != 8 && bits != 16) || field(file, ABI_TIFF_SAMPLE_FORMAT, ABI_TIFF_UNSIGNED) != ABI_TIFF_UNSIGNED) return 0;
  if (samples > 1 && field(file, ABI_TIFF_PLANAR_CONFIG, ABI_TIFF_CONTIGUOUS) != ABI_TIFF_CONTIGUOUS) return 0;
  switch (field(file, ABI_TIFF_PHOTOMETRIC, UINT16_MAX)) {
    case ABI_TIFF_WHITE_IS_ZERO:
    case ABI_TIFF_BLACK_IS_ZERO: return samples >= 1 ? 1 : 0;
    case ABI_TIFF_RGB: return samples >= 3 ? 3 : 0;
    default: return 0;
  }
}

static void read_metadata(abi_tiff *file, runtime_header *header) {
  uint32_t count = 0;
  const uint8_t *bytes = NULL;
  // libtiff owns the bytes until the file is closed.
  if (tiff.GetField(file, ABI_TIFF_ICC_PROFILE, &count, &bytes) && count > 0 && count <= 16u << 20) {
    header->icc = bytes;
    header->icc_bytes = count;
  }
  uint64_t offset = 0;
  header->has_further_metadata = tiff.GetField(file, ABI_TIFF_EXIF, &offset) || tiff.GetField(file, ABI_TIFF_GPS, &offset) ||
                                 tiff.GetField(file, ABI_TIFF_IPTC, &count, &bytes);
  if (tiff.GetField(file, ABI_TIFF_XMP, &count, &bytes) && count > 0 && count <= 16u << 20) {
    header->xmp = bytes;
    header->xmp_bytes = count;
  }
}

static codec_status begin(runtime_reader *reader, codec_limits limits, runtime_header *header, codec_report *report) {
  message[0] = 0;
  abi_tiff *file =
      tiff.ClientOpen("image", "r", reader, read_bytes, write_bytes, seek, close_file, byte_count, map, unmap);
  if (!file) return failure(report, CODEC_REASON_CORRUPT, "a directory that libtiff cannot read");
  reader->state[0] = file;
  if (!tiff.GetField(file, ABI_TIFF_IMAGE_WIDTH, &header->width) || !tiff.GetField(file, ABI_TIFF_IMAGE_LENGTH, &header->height)) {
    return failure(report, CODEC_REASON_CORRUPT, "a TIFF without a size");
  }
  const uint16_t orientation = field(file, ABI_TIFF_ORIENTATION, 1), alpha = alpha_kind(file);
  const unsigned colors = plain_colors(file), samples = field(file, ABI_TIFF_SAMPLES_PER_PIXEL, 1);
  header->orientation = orientation >= 1 && orientation <= 8 ? (uint8_t)orientation : 1;
  const bool has_alpha = alpha != 0 && samples > (colors > 0 ? colors : 1);
  if (colors > 0) {
    header->channels = (uint8_t)(colors + (has_alpha ? 1 : 0));
    header->bits = (uint8_t)field(file, ABI_TIFF_BITS_PER_SAMPLE, 8);
    reader->is_premultiplied = has_alpha && alpha == ABI_TIFF_ASSOCIATED_ALPHA;
  } else {
    char reason[1024] = "";
    if (!tiff.RGBAImageOK(file, reason)) return runtime_fail(report, CODEC_REASON_UNSUPPORTED, reason);
    header->channels = has_alpha ? 4 : 3;
    header->has_inks = field(file, ABI_TIFF_PHOTOMETRIC, 0) == ABI_TIFF_SEPARATED;
    // The RGBA interface multiplies every alpha into the colors.
    reader->is_premultiplied = has_alpha;
  }
  // `plain_colors` and `state` decide how the pixels are read.
  reader->state[1] = (void *)(uintptr_t)colors;
  header->has_further_images = !tiff.LastDirectory(file);
  const uint64_t pixels = (uint64_t)header->width * header->height;
  const uint64_t unit = tiff.IsTiled(file) ? tiff.TileSize64(file) : tiff.ScanlineSize64(file);
  // The RGBA interface has the whole image in its raster. Decoders of strips may decode a whole strip: at most the image.
  header->working_bytes = (16u << 20) + 2 * unit + pixels * (colors > 0 ? samples * (header->bits > 8 ? 2 : 1) : 8);
  if (colors > 0 && unit > limits.max_memory && limits.max_memory > 0) {
    return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "a tile larger than the memory of one image");
  }
  read_metadata(file, header);
  return CODEC_OK;
}

// MARK: - Pixels

/// Takes the colors and alpha of some pixels, and makes white the largest value.
static void take(const runtime_reader *reader, const uint8_t *source, uint8_t *target, size_t count, unsigned samples,
                 bool is_inverted) {
  const unsigned channels = reader->header.channels, colors = (unsigned)(uintptr_t)reader->state[1];
  if (reader->header.bits > 8) {
    const uint16_t *from = (const uint16_t *)source;
    uint16_t *to = (uint16_t *)target;
    for (size_t pixel = 0; pixel < count; ++pixel, from += samples, to += channels) {
      for (unsigned index = 0; index < channels; ++index) {
        to[index] = is_inverted && index < colors ? (uint16_t)~from[index] : from[index];
      }
    }
  } else {
    for (size_t pixel = 0; pixel < count; ++pixel, source += samples, target += channels) {
      for (unsigned index = 0; index < channels; ++index) {
        target[index] = is_inverted && index < colors ? (uint8_t)~source[index] : source[index];
      }
    }
  }
}

static codec_status read_rows(runtime_reader *reader, codec_plane plane, codec_report *report) {
  abi_tiff *file = reader->state[0];
  const unsigned samples = field(file, ABI_TIFF_SAMPLES_PER_PIXEL, 1);
  const bool is_inverted = field(file, ABI_TIFF_PHOTOMETRIC, ABI_TIFF_BLACK_IS_ZERO) == ABI_TIFF_WHITE_IS_ZERO;
  const uint64_t size = tiff.ScanlineSize64(file);
  if (size < (uint64_t)reader->header.width * samples * (reader->header.bits / 8)) {
    return failure(report, CODEC_REASON_CORRUPT, "rows shorter than the image");
  }
  uint8_t *row = calloc(1, size);
  if (!row) return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "no memory for a row");
  codec_status status = CODEC_OK;
  for (uint32_t y = 0; y < reader->header.height && status == CODEC_OK; ++y) {
    if (y % 64 == 0 && system_deadline_has_passed(reader->deadline)) {
      status = runtime_fail(report, CODEC_REASON_TIMEOUT, "the time limit for this image has passed");
    } else if (tiff.ReadScanline(file, row, y, 0) != 1) {
      status = failure(report, CODEC_REASON_CORRUPT, "a row that libtiff cannot read");
    } else {
      take(reader, row, plane.base + y * plane.stride, reader->header.width, samples, is_inverted);
    }
  }
  free(row);
  return status;
}

static codec_status read_tiles(runtime_reader *reader, codec_plane plane, codec_report *report) {
  abi_tiff *file = reader->state[0];
  const unsigned samples = field(file, ABI_TIFF_SAMPLES_PER_PIXEL, 1), depth = reader->header.bits / 8;
  const bool is_inverted = field(file, ABI_TIFF_PHOTOMETRIC, ABI_TIFF_BLACK_IS_ZERO) == ABI_TIFF_WHITE_IS_ZERO;
  uint32_t width = 0, height = 0;
  tiff.GetField(file, ABI_TIFF_TILE_WIDTH, &width);
  tiff.GetField(file, ABI_TIFF_TILE_LENGTH, &height);
  const uint64_t row = tiff.TileRowSize64(file), size = tiff.TileSize64(file);
  if (width == 0 || height == 0 || row < (uint64_t)width * samples * depth || size / height < row) {
    return failure(report, CODEC_REASON_CORRUPT, "tiles of no size");
  }
  uint8_t *tile = calloc(1, size);
  if (!tile) return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "no memory for a tile");
  codec_status status = CODEC_OK;
  const uint32_t image_width = reader->header.width, image_height = reader->header.height;
  for (uint64_t y = 0; y < image_height && status == CODEC_OK; y += height) {
    for (uint64_t x = 0; x < image_width && status == CODEC_OK; x += width) {
      if (system_deadline_has_passed(reader->deadline)) {
        status = runtime_fail(report, CODEC_REASON_TIMEOUT, "the time limit for this image has passed");
      } else if (tiff.ReadTile(file, tile, (uint32_t)x, (uint32_t)y, 0, 0) < 0) {
        status = failure(report, CODEC_REASON_CORRUPT, "a tile that libtiff cannot read");
      } else {
        const uint64_t rows = image_height - y < height ? image_height - y : height;
        const uint64_t count = image_width - x < width ? image_width - x : width;
        for (uint64_t index = 0; index < rows; ++index) {
          uint8_t *target = plane.base + (y + index) * plane.stride + x * reader->header.channels * depth;
          take(reader, tile + index * row, target, count, samples, is_inverted);
        }
      }
    }
  }
  free(tile);
  return status;
}

/// A pixel of the raster is 0xAABBGGRR.
static codec_status read_converted(runtime_reader *reader, codec_plane plane, codec_report *report) {
  const runtime_header *header = &reader->header;
  const uint64_t count = (uint64_t)header->width * header->height;
  uint32_t *raster = count <= SIZE_MAX / 4 ? malloc(count * 4) : NULL;
  if (!raster) return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "no memory for the pixels");
  // The orientation of the file as the wanted one: the rows stay in their order.
  const int is_read = tiff.ReadRGBAImageOriented(
      reader->state[0], header->width, header->height, raster, header->orientation, 1);
  if (is_read) {
    for (uint32_t y = 0; y < header->height; ++y) {
      uint8_t *row = plane.base + y * plane.stride;
      const uint32_t *from = raster + (uint64_t)y * header->width;
      for (uint32_t x = 0; x < header->width; ++x) {
        for (unsigned index = 0; index < header->channels; ++index) *row++ = (uint8_t)(from[x] >> (8 * index));
      }
    }
  }
  free(raster);
  return is_read ? CODEC_OK : failure(report, CODEC_REASON_CORRUPT, "pixels that libtiff cannot read");
}

static codec_status read(runtime_reader *reader, codec_plane plane, codec_report *report) {
  message[0] = 0;
  if (!reader->state[1]) return read_converted(reader, plane, report);
  return tiff.IsTiled(reader->state[0]) ? read_tiles(reader, plane, report) : read_rows(reader, plane, report);
}

static void end(runtime_reader *reader) {
  if (reader->state[0]) tiff.Close(reader->state[0]);
}

const runtime_codec libtiff = {
  names, symbols, sizeof symbols / sizeof symbols[0], prepare, decodes, begin, read, end,
};
