// The part of libjxl's interface that is used here, as in heif_abi.h.
#ifndef CRUNTIMECODECS_JXL_ABI_H
#define CRUNTIMECODECS_JXL_ABI_H

#include <stddef.h>
#include <stdint.h>

typedef struct JxlDecoderStruct abi_jxl_decoder;

typedef struct {
  int has_container;
  uint32_t width, height;
  uint32_t bits_per_sample, exponent_bits_per_sample;
  float intensity_target, min_nits;
  int relative_to_max_display;
  float linear_below;
  int uses_original_profile, has_preview, has_animation;
  int orientation;
  uint32_t color_channels, extra_channels;
  uint32_t alpha_bits, alpha_exponent_bits;
  int alpha_is_premultiplied;
  uint32_t preview[2];
  uint32_t animation[4];
  uint32_t intrinsic[2];
  uint8_t padding[100];
} abi_jxl_info;

typedef struct {
  uint32_t channels;
  int data_type;
  int endianness;
  size_t align;
} abi_jxl_pixels;

typedef struct {
  int color_space;
  int white_point;
  double white_point_xy[2];
  int primaries;
  double red_xy[2], green_xy[2], blue_xy[2];
  int transfer;
  double gamma;
  int rendering_intent;
} abi_jxl_colors;

enum {
  ABI_JXL_SUCCESS = 0,
  ABI_JXL_ERROR = 1,
  ABI_JXL_NEED_MORE_INPUT = 2,
  ABI_JXL_NEED_IMAGE_OUT_BUFFER = 5,
  ABI_JXL_BASIC_INFO = 0x40,
  ABI_JXL_COLOR_ENCODING = 0x100,
  ABI_JXL_FULL_IMAGE = 0x1000,
};
enum { ABI_JXL_TYPE_8_BITS = 2, ABI_JXL_TYPE_16_BITS = 3 };
enum { ABI_JXL_NATIVE_ORDER = 0 };
enum { ABI_JXL_PROFILE_OF_FILE = 0, ABI_JXL_PROFILE_OF_PIXELS = 1 };
enum { ABI_JXL_SPACE_RGB = 0, ABI_JXL_SPACE_GRAY = 1 };
/// Values of ITU-T H.273, with P3 for the primaries of both DCI-P3 and Display P3.
enum { ABI_JXL_WHITE_D65 = 1, ABI_JXL_PRIMARIES_SRGB = 1, ABI_JXL_PRIMARIES_2100 = 9, ABI_JXL_PRIMARIES_P3 = 11 };
enum { ABI_JXL_TRANSFER_SRGB = 13, ABI_JXL_TRANSFER_PQ = 16, ABI_JXL_TRANSFER_HLG = 18 };

typedef void (*abi_jxl_take)(void *, size_t, size_t, size_t, const void *);

#define JXL_FUNCTIONS(F) \
  F(uint32_t, Version, (void)) \
  F(abi_jxl_decoder *, Create, (const void *)) \
  F(void, Destroy, (abi_jxl_decoder *)) \
  F(int, SetKeepOrientation, (abi_jxl_decoder *, int)) \
  F(int, SubscribeEvents, (abi_jxl_decoder *, int)) \
  F(int, SetInput, (abi_jxl_decoder *, const uint8_t *, size_t)) \
  F(void, CloseInput, (abi_jxl_decoder *)) \
  F(int, ProcessInput, (abi_jxl_decoder *)) \
  F(int, GetBasicInfo, (const abi_jxl_decoder *, abi_jxl_info *)) \
  F(int, SetPreferredColorProfile, (abi_jxl_decoder *, const abi_jxl_colors *)) \
  F(int, SetImageOutCallback, (abi_jxl_decoder *, const abi_jxl_pixels *, abi_jxl_take, void *))

/// Functions that lost a parameter in version 0.9: a pixel format that was not used. Their names, and the parameters before and
/// since.
#define JXL_CHANGED_FUNCTIONS(F) \
  F(GetColorAsEncodedProfile, (const abi_jxl_decoder *, const void *, int, abi_jxl_colors *), \
    (const abi_jxl_decoder *, int, abi_jxl_colors *)) \
  F(GetICCProfileSize, (const abi_jxl_decoder *, const void *, int, size_t *), \
    (const abi_jxl_decoder *, int, size_t *)) \
  F(GetColorAsICCProfile, (const abi_jxl_decoder *, const void *, int, uint8_t *, size_t), \
    (const abi_jxl_decoder *, int, uint8_t *, size_t))

#endif
