// HEIC and AVIF by libheif 1.12 or later. libheif applies the rotations and mirrors of the file; the orientation in EXIF does not
// count (ISO/IEC 23008-12, A.2.1).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heif_abi.h"
#include "reader.h"

#define DECLARE(result, name, parameters) result (*name) parameters;
static struct { HEIF_FUNCTIONS(DECLARE) HEIF_OPTIONAL_FUNCTIONS(DECLARE) } heif;
#undef DECLARE

#define REQUIRED(result, name, parameters) {"heif_" #name, &heif.name, false},
#define OPTIONAL(result, name, parameters) {"heif_" #name, &heif.name, true},
static const struct runtime_symbol symbols[] = {HEIF_FUNCTIONS(REQUIRED) HEIF_OPTIONAL_FUNCTIONS(OPTIONAL)};
#undef REQUIRED
#undef OPTIONAL

static const char *const names[] = {"libheif.so.1", NULL};

enum { context, handle };  // of `runtime_reader.state`

/// Plugins are read from files, so this must happen before the process is confined.
static bool prepare(char *version, size_t size) {
  snprintf(version, size, "libheif %s", heif.get_version());
  return !heif.init || heif.init(NULL).code == ABI_HEIF_OK;
}

static bool decodes(runtime_format format) {
  return heif.have_decoder_for_format(format == RUNTIME_AVIF ? ABI_HEIF_AV1 : ABI_HEIF_HEVC) != 0;
}

static codec_status failure(abi_heif_error error, codec_report *report) {
  switch (error.code) {
    case ABI_HEIF_UNSUPPORTED_FILETYPE:
    case ABI_HEIF_UNSUPPORTED_FEATURE: return runtime_fail(report, CODEC_REASON_UNSUPPORTED, error.message);
    case ABI_HEIF_MEMORY_ALLOCATION_ERROR: return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, error.message);
    case ABI_HEIF_INVALID_INPUT:
      return runtime_fail(
          report, error.subcode == ABI_HEIF_END_OF_DATA ? CODEC_REASON_TRUNCATED : CODEC_REASON_CORRUPT, error.message);
    default: return runtime_fail(report, CODEC_REASON_CORRUPT, error.message);
  }
}

/// Copies an item of metadata of a type whose content type starts with a text.
static uint8_t *metadata(const abi_heif_handle *image, const char *type, const char *content, size_t limit,
                         size_t *count) {
  abi_heif_id items[16];
  const int item_count = heif.image_handle_get_list_of_metadata_block_IDs(image, type, items, 16);
  for (int index = 0; index < item_count; ++index) {
    const char *found = heif.image_handle_get_metadata_content_type(image, items[index]);
    if (content && (!found || strcmp(found, content) != 0)) continue;
    const size_t size = heif.image_handle_get_metadata_size(image, items[index]);
    if (size == 0 || size > limit) continue;
    uint8_t *copy = malloc(size);
    if (copy && heif.image_handle_get_metadata(image, items[index], copy).code == ABI_HEIF_OK) {
      *count = size;
      return copy;
    }
    free(copy);
  }
  return NULL;
}

/// EXIF follows four bytes with the offset of its TIFF structure after them (ISO/IEC 23008-12, A.2.1).
static void read_metadata(runtime_reader *reader, runtime_header *header) {
  const abi_heif_handle *image = reader->state[handle];
  const size_t limit = 16u << 20;
  size_t count = 0;
  reader->exif = metadata(image, "Exif", NULL, limit, &count);
  if (reader->exif && count > 4) {
    const uint8_t *start = reader->exif;
    const uint64_t offset = 4 + ((uint64_t)start[0] << 24 | start[1] << 16 | start[2] << 8 | start[3]);
    if (offset < count) {
      header->exif = start + offset;
      header->exif_bytes = count - offset;
    }
  }
  reader->xmp = metadata(image, "mime", "application/rdf+xml", limit, &header->xmp_bytes);
  header->xmp = reader->xmp;
}

static bool read_colors(runtime_reader *reader, runtime_header *header) {
  const abi_heif_handle *image = reader->state[handle];
  abi_heif_nclx *nclx = NULL;
  if (heif.image_handle_get_nclx_color_profile(image, &nclx).code == ABI_HEIF_OK && nclx) {
    if (nclx->primaries < 256 && nclx->transfer < 256) {
      header->code_points[0] = (uint8_t)nclx->primaries;
      header->code_points[1] = (uint8_t)nclx->transfer;
      header->code_points[3] = 1;
    }
    heif.nclx_color_profile_free(nclx);
  }
  const int type = heif.image_handle_get_color_profile_type(image);
  if (type != ABI_HEIF_PROFILE_PROF && type != ABI_HEIF_PROFILE_RICC) return true;
  header->icc_bytes = heif.image_handle_get_raw_color_profile_size(image);
  if (header->icc_bytes == 0 || header->icc_bytes > 16u << 20) {
    header->icc_bytes = 0;
    return true;
  }
  header->icc = reader->icc = malloc(header->icc_bytes);
  return reader->icc && heif.image_handle_get_raw_color_profile(image, reader->icc).code == ABI_HEIF_OK;
}

/// Whether an auxiliary image has the brighter version for HDR displays (Apple's, or ISO 21496-1's).
static bool has_gain_map(const abi_heif_handle *image) {
  abi_heif_id items[16];
  bool found = false;
  if (!heif.image_handle_get_list_of_auxiliary_image_IDs || !heif.image_handle_get_auxiliary_type) return false;
  const int filter = ABI_HEIF_AUX_OMIT_ALPHA | ABI_HEIF_AUX_OMIT_DEPTH;
  const int count = heif.image_handle_get_list_of_auxiliary_image_IDs(image, filter, items, 16);
  for (int index = 0; index < count && !found; ++index) {
    abi_heif_handle *part = NULL;
    if (heif.image_handle_get_auxiliary_image_handle(image, items[index], &part).code != ABI_HEIF_OK) continue;
    const char *type = NULL;
    if (heif.image_handle_get_auxiliary_type(part, &type).code == ABI_HEIF_OK && type) {
      found = strstr(type, "hdrgainmap") || strstr(type, "21496");
      if (heif.image_handle_free_auxiliary_types) heif.image_handle_free_auxiliary_types(part, &type);
    }
    heif.image_handle_release(part);
  }
  return found;
}

/// What libheif keeps at once: the planes of the video decoder with its block data, and the image in YCbCr, in YCbCr without
/// subsampling, and in RGB.
static uint64_t working_bytes(const runtime_header *header) {
  const uint64_t pixels = (uint64_t)header->width * header->height;
  return (64u << 20) + pixels * (header->bits > 8 ? 28 : 16);
}

static codec_status begin(runtime_reader *reader, codec_limits limits, runtime_header *header, codec_report *report) {
  (void)limits;
  abi_heif_context *file = heif.context_alloc();
  if (!file) return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "no memory for libheif");
  reader->state[context] = file;
  // The cores have other images to decode: more threads would only compete with them.
  if (heif.context_set_max_decoding_threads) heif.context_set_max_decoding_threads(file, 0);
  abi_heif_error error = heif.context_read_from_memory_without_copy(file, reader->bytes, reader->count, NULL);
  if (error.code != ABI_HEIF_OK) return failure(error, report);
  abi_heif_handle *image = NULL;
  error = heif.context_get_primary_image_handle(file, &image);
  if (error.code != ABI_HEIF_OK) return failure(error, report);
  reader->state[handle] = image;
  const int width = heif.image_handle_get_width(image), height = heif.image_handle_get_height(image);
  const int bits = heif.image_handle_get_luma_bits_per_pixel(image);
  if (width <= 0 || height <= 0) return runtime_fail(report, CODEC_REASON_CORRUPT, "an image without pixels");
  header->width = (uint32_t)width;
  header->height = (uint32_t)height;
  header->bits = bits > 0 && bits <= 16 ? (uint8_t)bits : 8;
  header->channels = heif.image_handle_has_alpha_channel(image) ? 4 : 3;
  header->has_further_images = heif.context_get_number_of_top_level_images(file) > 1;
  header->has_gain_map = has_gain_map(image);
  header->working_bytes = working_bytes(header);
  reader->is_premultiplied = header->channels == 4 && heif.image_handle_is_premultiplied_alpha &&
                             heif.image_handle_is_premultiplied_alpha(image);
  if (!read_colors(reader, header)) return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "no memory for a profile");
  read_metadata(reader, header);
  return CODEC_OK;
}

static codec_status decode(runtime_reader *reader, abi_heif_image **pixels, codec_report *report) {
  const bool is_wide = reader->header.bits > 8, has_alpha = reader->header.channels == 4;
  const int chroma = is_wide ? (has_alpha ? ABI_HEIF_CHROMA_RRGGBBAA_LE : ABI_HEIF_CHROMA_RRGGBB_LE)
                             : (has_alpha ? ABI_HEIF_CHROMA_RGBA : ABI_HEIF_CHROMA_RGB);
  abi_heif_decoding_options *options = heif.decoding_options_alloc();
  if (!options) return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "no memory for libheif");
  // Otherwise missing tiles are gray, without an error.
  if (options->version >= 3) options->strict_decoding = 1;
  const abi_heif_error error =
      heif.decode_image(reader->state[handle], pixels, ABI_HEIF_COLORSPACE_RGB, chroma, options);
  heif.decoding_options_free(options);
  return error.code == ABI_HEIF_OK ? CODEC_OK : failure(error, report);
}

/// Samples of 9 to 16 bits as 16 bits.
static void widen(uint16_t *row, size_t count, int bits) {
  if (bits >= 16) return;
  for (size_t index = 0; index < count; ++index) {
    const uint32_t value = row[index] & ((1u << bits) - 1);
    row[index] = (uint16_t)(value << (16 - bits) | value >> (2 * bits - 16));
  }
}

static codec_status copy(runtime_reader *reader, abi_heif_image *pixels, codec_plane plane, codec_report *report) {
  const runtime_header *header = &reader->header;
  int stride = 0;
  const uint8_t *base = heif.image_get_plane_readonly(pixels, ABI_HEIF_CHANNEL_INTERLEAVED, &stride);
  const size_t count = runtime_row_bytes(header);
  if (!base || heif.image_get_width(pixels, ABI_HEIF_CHANNEL_INTERLEAVED) != (int)header->width ||
      heif.image_get_height(pixels, ABI_HEIF_CHANNEL_INTERLEAVED) != (int)header->height || stride < 0 ||
      (size_t)stride < count) {
    return runtime_fail(report, CODEC_REASON_CORRUPT, "pixels of another size than the header's");
  }
  const int bits = heif.image_get_bits_per_pixel_range(pixels, ABI_HEIF_CHANNEL_INTERLEAVED);
  if (header->bits > 8 && (bits <= 8 || bits > 16)) {
    return runtime_fail(report, CODEC_REASON_CORRUPT, "samples of another depth than the header's");
  }
  for (uint32_t y = 0; y < header->height; ++y) {
    uint8_t *row = plane.base + y * plane.stride;
    memcpy(row, base + (size_t)y * (size_t)stride, count);
    if (header->bits > 8) widen((uint16_t *)row, count / 2, bits);
  }
  return CODEC_OK;
}

static codec_status read(runtime_reader *reader, codec_plane plane, codec_report *report) {
  abi_heif_image *pixels = NULL;
  codec_status status = decode(reader, &pixels, report);
  if (status == CODEC_OK && heif.image_get_decoding_warnings) {
    abi_heif_error warning;
    if (heif.image_get_decoding_warnings(pixels, 0, &warning, 1) > 0) status = failure(warning, report);
  }
  if (status == CODEC_OK) status = copy(reader, pixels, plane, report);
  if (pixels) heif.image_release(pixels);
  return status;
}

static void end(runtime_reader *reader) {
  if (reader->state[handle]) heif.image_handle_release(reader->state[handle]);
  if (reader->state[context]) heif.context_free(reader->state[context]);
}

const runtime_codec libheif = {
  names, symbols, sizeof symbols / sizeof symbols[0], prepare, decodes, begin, read, end,
};
