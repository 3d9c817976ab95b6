// JPEG XL by libjxl 0.7 or later: the first frame, on the calling thread.
#include <CPlatform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jxl_abi.h"
#include "reader.h"

#define DECLARE(result, name, parameters) result (*name) parameters;
#define DECLARE_CHANGED(name, before, since) \
  int (*old_##name) before; \
  int (*name) since;
static struct { JXL_FUNCTIONS(DECLARE) JXL_CHANGED_FUNCTIONS(DECLARE_CHANGED) } jxl;
#undef DECLARE
#undef DECLARE_CHANGED

#define REQUIRED(result, name, parameters) {"JxlDecoder" #name, &jxl.name, false},
#define REQUIRED_CHANGED(name, before, since) \
  {"JxlDecoder" #name, &jxl.old_##name, false}, {"JxlDecoder" #name, &jxl.name, false},
static const struct runtime_symbol symbols[] = {JXL_FUNCTIONS(REQUIRED) JXL_CHANGED_FUNCTIONS(REQUIRED_CHANGED)};
#undef REQUIRED
#undef REQUIRED_CHANGED

static const char *const names[] = {"libjxl.so.0.11", "libjxl.so.0.10", "libjxl.so.0.9",
                                    "libjxl.so.0.8",  "libjxl.so.0.7",  NULL};

static bool prepare(char *version, size_t size) {
  const uint32_t number = jxl.Version();
  snprintf(version, size, "libjxl %u.%u.%u", number / 1000000, number / 1000 % 1000, number % 1000);
  return number >= 7000;
}

static bool decodes(runtime_format format) { return format == RUNTIME_JPEG_XL; }

// MARK: - Functions that changed

static bool is_old(void) { return jxl.Version() < 9000; }

static int encoded_profile(const abi_jxl_decoder *decoder, int target, abi_jxl_colors *colors) {
  return is_old() ? jxl.old_GetColorAsEncodedProfile(decoder, NULL, target, colors)
                  : jxl.GetColorAsEncodedProfile(decoder, target, colors);
}

static int profile_size(const abi_jxl_decoder *decoder, int target, size_t *size) {
  return is_old() ? jxl.old_GetICCProfileSize(decoder, NULL, target, size)
                  : jxl.GetICCProfileSize(decoder, target, size);
}

static int profile(const abi_jxl_decoder *decoder, int target, uint8_t *bytes, size_t size) {
  return is_old() ? jxl.old_GetColorAsICCProfile(decoder, NULL, target, bytes, size)
                  : jxl.GetColorAsICCProfile(decoder, target, bytes, size);
}

// MARK: - The header

static codec_status failure(int event, codec_report *report) {
  return event == ABI_JXL_NEED_MORE_INPUT
             ? runtime_fail(report, CODEC_REASON_TRUNCATED, "JPEG XL data that end too early")
             : runtime_fail(report, CODEC_REASON_CORRUPT, "JPEG XL data that libjxl cannot decode");
}

/// sRGB needs no profile. PQ and HLG are described by numbers, because no profile of version 4 describes them well.
static bool read_colors(runtime_reader *reader, runtime_header *header, const abi_jxl_info *info) {
  abi_jxl_decoder *decoder = reader->state[0];
  abi_jxl_colors colors;
  // The color space of an image in XYB is only for coding. libjxl converts its pixels to the one that the file names.
  if (!info->uses_original_profile && encoded_profile(decoder, ABI_JXL_PROFILE_OF_FILE, &colors) == ABI_JXL_SUCCESS) {
    jxl.SetPreferredColorProfile(decoder, &colors);
  }
  if (encoded_profile(decoder, ABI_JXL_PROFILE_OF_PIXELS, &colors) == ABI_JXL_SUCCESS && colors.white_point == ABI_JXL_WHITE_D65) {
    const bool has_srgb = colors.primaries == ABI_JXL_PRIMARIES_SRGB || colors.color_space == ABI_JXL_SPACE_GRAY;
    if (has_srgb && colors.transfer == ABI_JXL_TRANSFER_SRGB) return true;
    if (colors.transfer == ABI_JXL_TRANSFER_PQ || colors.transfer == ABI_JXL_TRANSFER_HLG) {
      header->code_points[0] = colors.primaries == ABI_JXL_PRIMARIES_P3 ? 12 : (uint8_t)colors.primaries;
      header->code_points[1] = (uint8_t)colors.transfer;
      header->code_points[3] = 1;
      return true;
    }
  }
  size_t size = 0;
  if (profile_size(decoder, ABI_JXL_PROFILE_OF_PIXELS, &size) != ABI_JXL_SUCCESS || size == 0 || size > 16u << 20) return true;
  reader->icc = malloc(size);
  if (!reader->icc) return false;
  if (profile(decoder, ABI_JXL_PROFILE_OF_PIXELS, reader->icc, size) == ABI_JXL_SUCCESS) {
    header->icc = reader->icc;
    header->icc_bytes = size;
  }
  return true;
}

static codec_status begin(runtime_reader *reader, codec_limits limits, runtime_header *header, codec_report *report) {
  (void)limits;
  abi_jxl_decoder *decoder = jxl.Create(NULL);
  if (!decoder) return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "no memory for libjxl");
  reader->state[0] = decoder;
  if (jxl.SetKeepOrientation(decoder, 1) != ABI_JXL_SUCCESS ||
      jxl.SubscribeEvents(decoder, ABI_JXL_BASIC_INFO | ABI_JXL_COLOR_ENCODING | ABI_JXL_FULL_IMAGE) != ABI_JXL_SUCCESS ||
      jxl.SetInput(decoder, reader->bytes, reader->count) != ABI_JXL_SUCCESS) {
    return runtime_fail(report, CODEC_REASON_INTERNAL, "libjxl refuses its settings");
  }
  jxl.CloseInput(decoder);
  abi_jxl_info info;
  int event = jxl.ProcessInput(decoder);
  if (event != ABI_JXL_BASIC_INFO || jxl.GetBasicInfo(decoder, &info) != ABI_JXL_SUCCESS) return failure(event, report);
  if (info.color_channels != 1 && info.color_channels != 3) {
    return runtime_fail(report, CODEC_REASON_UNSUPPORTED, "a JPEG XL without gray or RGB");
  }
  header->width = info.width;
  header->height = info.height;
  header->bits = info.bits_per_sample > 8 ? 16 : 8;
  header->channels = (uint8_t)(info.color_channels + (info.alpha_bits > 0 ? 1 : 0));
  header->orientation = info.orientation >= 1 && info.orientation <= 8 ? (uint8_t)info.orientation : 1;
  header->has_further_images = info.has_animation != 0;
  reader->is_premultiplied = info.alpha_bits > 0 && info.alpha_is_premultiplied;
  // Samples are floating-point numbers, in several buffers at once.
  header->working_bytes =
      (32u << 20) + (uint64_t)info.width * info.height * 8 * ((uint64_t)info.color_channels + info.extra_channels);
  event = jxl.ProcessInput(decoder);
  if (event != ABI_JXL_COLOR_ENCODING) return failure(event, report);
  if (!read_colors(reader, header, &info)) {
    return runtime_fail(report, CODEC_REASON_LIMIT_MEMORY, "no memory for a profile");
  }
  return CODEC_OK;
}

// MARK: - Pixels

/// Where pieces of rows go.
struct target {
  codec_plane plane;
  size_t pixel_bytes, width, height;
};

static void take(void *opaque, size_t x, size_t y, size_t count, const void *pixels) {
  const struct target *target = opaque;
  if (y >= target->height || x >= target->width || count > target->width - x) return;
  memcpy(target->plane.base + y * target->plane.stride + x * target->pixel_bytes, pixels, count * target->pixel_bytes);
}

static codec_status read(runtime_reader *reader, codec_plane plane, codec_report *report) {
  const runtime_header *header = &reader->header;
  struct target target = {plane, (size_t)header->channels * (header->bits > 8 ? 2 : 1), header->width, header->height};
  const abi_jxl_pixels format = {
    header->channels, header->bits > 8 ? ABI_JXL_TYPE_16_BITS : ABI_JXL_TYPE_8_BITS, ABI_JXL_NATIVE_ORDER, 0};
  for (;;) {
    const int event = jxl.ProcessInput(reader->state[0]);
    if (event == ABI_JXL_FULL_IMAGE || event == ABI_JXL_SUCCESS) return CODEC_OK;
    if (event != ABI_JXL_NEED_IMAGE_OUT_BUFFER) return failure(event, report);
    if (jxl.SetImageOutCallback(reader->state[0], &format, take, &target) != ABI_JXL_SUCCESS) {
      return runtime_fail(report, CODEC_REASON_CORRUPT, "pixels that libjxl cannot deliver");
    }
  }
}

static void end(runtime_reader *reader) {
  if (reader->state[0]) jxl.Destroy(reader->state[0]);
}

const runtime_codec libjxl = {
  names, symbols, sizeof symbols / sizeof symbols[0], prepare, decodes, begin, read, end,
};
