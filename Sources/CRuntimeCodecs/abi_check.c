// If the headers of a library are installed, the compiler compares the declarations of its interface with them. This file adds
// nothing to the program.
#include <stddef.h>

#define SAME(ours, theirs) _Static_assert((long)(ours) == (long)(theirs), #ours)
#define SAME_FIELD(our_type, ours, their_type, theirs) SAME(offsetof(our_type, ours), offsetof(their_type, theirs))

#if defined(__has_include)
#if __has_include(<libheif/heif.h>)
#include <libheif/heif.h>

#include "heif_abi.h"

SAME(ABI_HEIF_OK, heif_error_Ok);
SAME(ABI_HEIF_INVALID_INPUT, heif_error_Invalid_input);
SAME(ABI_HEIF_UNSUPPORTED_FILETYPE, heif_error_Unsupported_filetype);
SAME(ABI_HEIF_UNSUPPORTED_FEATURE, heif_error_Unsupported_feature);
SAME(ABI_HEIF_MEMORY_ALLOCATION_ERROR, heif_error_Memory_allocation_error);
SAME(ABI_HEIF_END_OF_DATA, heif_suberror_End_of_data);
SAME(ABI_HEIF_HEVC, heif_compression_HEVC);
SAME(ABI_HEIF_AV1, heif_compression_AV1);
SAME(ABI_HEIF_COLORSPACE_RGB, heif_colorspace_RGB);
SAME(ABI_HEIF_CHROMA_RGB, heif_chroma_interleaved_RGB);
SAME(ABI_HEIF_CHROMA_RGBA, heif_chroma_interleaved_RGBA);
SAME(ABI_HEIF_CHROMA_RRGGBB_LE, heif_chroma_interleaved_RRGGBB_LE);
SAME(ABI_HEIF_CHROMA_RRGGBBAA_LE, heif_chroma_interleaved_RRGGBBAA_LE);
SAME(ABI_HEIF_CHANNEL_INTERLEAVED, heif_channel_interleaved);
SAME(ABI_HEIF_PROFILE_RICC, heif_color_profile_type_rICC);
SAME(ABI_HEIF_PROFILE_PROF, heif_color_profile_type_prof);
SAME(ABI_HEIF_AUX_OMIT_ALPHA, LIBHEIF_AUX_IMAGE_FILTER_OMIT_ALPHA);
SAME(ABI_HEIF_AUX_OMIT_DEPTH, LIBHEIF_AUX_IMAGE_FILTER_OMIT_DEPTH);
SAME(sizeof(abi_heif_error), sizeof(struct heif_error));
SAME_FIELD(abi_heif_error, message, struct heif_error, message);
SAME_FIELD(abi_heif_nclx, primaries, struct heif_color_profile_nclx, color_primaries);
SAME_FIELD(abi_heif_nclx, transfer, struct heif_color_profile_nclx, transfer_characteristics);
SAME_FIELD(abi_heif_decoding_options, strict_decoding, struct heif_decoding_options, strict_decoding);
#endif

#if __has_include(<tiffio.h>)
#include <tiffio.h>

#include "tiff_abi.h"

SAME(sizeof(ssize_t), sizeof(tmsize_t));
SAME(sizeof(uint64_t), sizeof(toff_t));
SAME(ABI_TIFF_IMAGE_WIDTH, TIFFTAG_IMAGEWIDTH);
SAME(ABI_TIFF_IMAGE_LENGTH, TIFFTAG_IMAGELENGTH);
SAME(ABI_TIFF_BITS_PER_SAMPLE, TIFFTAG_BITSPERSAMPLE);
SAME(ABI_TIFF_PHOTOMETRIC, TIFFTAG_PHOTOMETRIC);
SAME(ABI_TIFF_ORIENTATION, TIFFTAG_ORIENTATION);
SAME(ABI_TIFF_SAMPLES_PER_PIXEL, TIFFTAG_SAMPLESPERPIXEL);
SAME(ABI_TIFF_PLANAR_CONFIG, TIFFTAG_PLANARCONFIG);
SAME(ABI_TIFF_TILE_WIDTH, TIFFTAG_TILEWIDTH);
SAME(ABI_TIFF_TILE_LENGTH, TIFFTAG_TILELENGTH);
SAME(ABI_TIFF_EXTRA_SAMPLES, TIFFTAG_EXTRASAMPLES);
SAME(ABI_TIFF_SAMPLE_FORMAT, TIFFTAG_SAMPLEFORMAT);
SAME(ABI_TIFF_XMP, TIFFTAG_XMLPACKET);
SAME(ABI_TIFF_ICC_PROFILE, TIFFTAG_ICCPROFILE);
SAME(ABI_TIFF_IPTC, TIFFTAG_RICHTIFFIPTC);
SAME(ABI_TIFF_EXIF, TIFFTAG_EXIFIFD);
SAME(ABI_TIFF_GPS, TIFFTAG_GPSIFD);
#endif

#if __has_include(<jxl/decode.h>)
#include <jxl/decode.h>

#include "jxl_abi.h"

#define SAME_INFO(ours, theirs) SAME_FIELD(abi_jxl_info, ours, JxlBasicInfo, theirs)
#define SAME_COLORS(ours, theirs) SAME_FIELD(abi_jxl_colors, ours, JxlColorEncoding, theirs)
SAME(ABI_JXL_SUCCESS, JXL_DEC_SUCCESS);
SAME(ABI_JXL_NEED_MORE_INPUT, JXL_DEC_NEED_MORE_INPUT);
SAME(ABI_JXL_NEED_IMAGE_OUT_BUFFER, JXL_DEC_NEED_IMAGE_OUT_BUFFER);
SAME(ABI_JXL_BASIC_INFO, JXL_DEC_BASIC_INFO);
SAME(ABI_JXL_COLOR_ENCODING, JXL_DEC_COLOR_ENCODING);
SAME(ABI_JXL_FULL_IMAGE, JXL_DEC_FULL_IMAGE);
SAME(ABI_JXL_TYPE_8_BITS, JXL_TYPE_UINT8);
SAME(ABI_JXL_TYPE_16_BITS, JXL_TYPE_UINT16);
SAME(ABI_JXL_NATIVE_ORDER, JXL_NATIVE_ENDIAN);
SAME(ABI_JXL_PROFILE_OF_FILE, JXL_COLOR_PROFILE_TARGET_ORIGINAL);
SAME(ABI_JXL_PROFILE_OF_PIXELS, JXL_COLOR_PROFILE_TARGET_DATA);
SAME(ABI_JXL_SPACE_GRAY, JXL_COLOR_SPACE_GRAY);
SAME(ABI_JXL_WHITE_D65, JXL_WHITE_POINT_D65);
SAME(ABI_JXL_TRANSFER_SRGB, JXL_TRANSFER_FUNCTION_SRGB);
SAME(ABI_JXL_TRANSFER_HLG, JXL_TRANSFER_FUNCTION_HLG);
SAME(sizeof(abi_jxl_info), sizeof(JxlBasicInfo));
SAME(sizeof(abi_jxl_pixels), sizeof(JxlPixelFormat));
SAME(sizeof(abi_jxl_colors), sizeof(JxlColorEncoding));
SAME_INFO(width, xsize);
SAME_INFO(bits_per_sample, bits_per_sample);
SAME_INFO(uses_original_profile, uses_original_profile);
SAME_INFO(has_animation, have_animation);
SAME_INFO(orientation, orientation);
SAME_INFO(color_channels, num_color_channels);
SAME_INFO(alpha_is_premultiplied, alpha_premultiplied);
SAME_COLORS(white_point, white_point);
SAME_COLORS(primaries, primaries);
SAME_COLORS(transfer, transfer_function);
#endif
#endif
