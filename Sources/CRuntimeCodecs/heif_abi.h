// The part of libheif's interface that is used here. The library is opened at run time, so building does not need its headers.
// If they are installed, abi_check.c compares these declarations with them.
#ifndef CRUNTIMECODECS_HEIF_ABI_H
#define CRUNTIMECODECS_HEIF_ABI_H

#include <stddef.h>
#include <stdint.h>

typedef struct heif_context abi_heif_context;
typedef struct heif_image_handle abi_heif_handle;
typedef struct heif_image abi_heif_image;
typedef uint32_t abi_heif_id;

typedef struct {
  int code;
  int subcode;
  const char *message;  ///< never null
} abi_heif_error;

typedef struct {
  uint8_t version;
  int primaries;
  int transfer;
  int matrix;
  uint8_t is_full_range;
} abi_heif_nclx;

/// libheif allocates it, and its later versions append fields.
typedef struct {
  uint8_t version;
  uint8_t ignores_transformations;
  void (*start_progress)(int, int, void *);
  void (*on_progress)(int, int, void *);
  void (*end_progress)(int, void *);
  void *progress_data;
  uint8_t converts_to_8bit;  // version 2
  uint8_t strict_decoding;   // version 3
} abi_heif_decoding_options;

enum {
  ABI_HEIF_OK = 0,
  ABI_HEIF_INVALID_INPUT = 2,
  ABI_HEIF_UNSUPPORTED_FILETYPE = 3,
  ABI_HEIF_UNSUPPORTED_FEATURE = 4,
  ABI_HEIF_MEMORY_ALLOCATION_ERROR = 6,
};
enum { ABI_HEIF_END_OF_DATA = 100 };
enum { ABI_HEIF_HEVC = 1, ABI_HEIF_AV1 = 4 };
enum { ABI_HEIF_COLORSPACE_RGB = 1 };
enum { ABI_HEIF_CHROMA_RGB = 10, ABI_HEIF_CHROMA_RGBA = 11, ABI_HEIF_CHROMA_RRGGBB_LE = 14, ABI_HEIF_CHROMA_RRGGBBAA_LE = 15 };
enum { ABI_HEIF_CHANNEL_INTERLEAVED = 10 };
enum { ABI_HEIF_PROFILE_RICC = 0x72494343, ABI_HEIF_PROFILE_PROF = 0x70726F66 };
enum { ABI_HEIF_AUX_OMIT_ALPHA = 2, ABI_HEIF_AUX_OMIT_DEPTH = 4 };

/// The functions without "heif_", since version 1.12.
#define HEIF_FUNCTIONS(F) \
  F(const char *, get_version, (void)) \
  F(int, have_decoder_for_format, (int)) \
  F(abi_heif_context *, context_alloc, (void)) \
  F(void, context_free, (abi_heif_context *)) \
  F(abi_heif_error, context_read_from_memory_without_copy, (abi_heif_context *, const void *, size_t, const void *)) \
  F(abi_heif_error, context_get_primary_image_handle, (abi_heif_context *, abi_heif_handle **)) \
  F(int, context_get_number_of_top_level_images, (abi_heif_context *)) \
  F(void, image_handle_release, (const abi_heif_handle *)) \
  F(int, image_handle_get_width, (const abi_heif_handle *)) \
  F(int, image_handle_get_height, (const abi_heif_handle *)) \
  F(int, image_handle_has_alpha_channel, (const abi_heif_handle *)) \
  F(int, image_handle_get_luma_bits_per_pixel, (const abi_heif_handle *)) \
  F(int, image_handle_get_color_profile_type, (const abi_heif_handle *)) \
  F(size_t, image_handle_get_raw_color_profile_size, (const abi_heif_handle *)) \
  F(abi_heif_error, image_handle_get_raw_color_profile, (const abi_heif_handle *, void *)) \
  F(abi_heif_error, image_handle_get_nclx_color_profile, (const abi_heif_handle *, abi_heif_nclx **)) \
  F(void, nclx_color_profile_free, (abi_heif_nclx *)) \
  F(int, image_handle_get_list_of_metadata_block_IDs, (const abi_heif_handle *, const char *, abi_heif_id *, int)) \
  F(const char *, image_handle_get_metadata_content_type, (const abi_heif_handle *, abi_heif_id)) \
  F(size_t, image_handle_get_metadata_size, (const abi_heif_handle *, abi_heif_id)) \
  F(abi_heif_error, image_handle_get_metadata, (const abi_heif_handle *, abi_heif_id, void *)) \
  F(abi_heif_error, image_handle_get_auxiliary_image_handle, (const abi_heif_handle *, abi_heif_id, abi_heif_handle **)) \
  F(abi_heif_decoding_options *, decoding_options_alloc, (void)) \
  F(void, decoding_options_free, (abi_heif_decoding_options *)) \
  F(abi_heif_error, decode_image, \
    (const abi_heif_handle *, abi_heif_image **, int, int, const abi_heif_decoding_options *)) \
  F(const uint8_t *, image_get_plane_readonly, (const abi_heif_image *, int, int *)) \
  F(int, image_get_width, (const abi_heif_image *, int)) \
  F(int, image_get_height, (const abi_heif_image *, int)) \
  F(int, image_get_bits_per_pixel_range, (const abi_heif_image *, int)) \
  F(void, image_release, (const abi_heif_image *))

/// Functions of later versions, or of some only. Null if the library has none.
#define HEIF_OPTIONAL_FUNCTIONS(F) \
  F(abi_heif_error, init, (void *)) \
  F(void, context_set_max_decoding_threads, (abi_heif_context *, int)) \
  F(int, image_handle_is_premultiplied_alpha, (const abi_heif_handle *)) \
  F(int, image_handle_get_list_of_auxiliary_image_IDs, (const abi_heif_handle *, int, abi_heif_id *, int)) \
  F(abi_heif_error, image_handle_get_auxiliary_type, (const abi_heif_handle *, const char **)) \
  F(void, image_handle_free_auxiliary_types, (const abi_heif_handle *, const char **)) \
  F(int, image_get_decoding_warnings, (abi_heif_image *, int, abi_heif_error *, int))

#endif
