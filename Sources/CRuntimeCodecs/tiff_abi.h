// The part of libtiff's interface that is used here, as in heif_abi.h.
#ifndef CRUNTIMECODECS_TIFF_ABI_H
#define CRUNTIMECODECS_TIFF_ABI_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct tiff abi_tiff;
typedef void *abi_tiff_data;
typedef void (*abi_tiff_handler)(const char *, const char *, va_list);
typedef ssize_t (*abi_tiff_transfer)(abi_tiff_data, void *, ssize_t);
typedef uint64_t (*abi_tiff_seek)(abi_tiff_data, uint64_t, int);
typedef int (*abi_tiff_close)(abi_tiff_data);
typedef uint64_t (*abi_tiff_size)(abi_tiff_data);
typedef int (*abi_tiff_map)(abi_tiff_data, void **, uint64_t *);
typedef void (*abi_tiff_unmap)(abi_tiff_data, void *, uint64_t);

/// Tags of TIFF 6.0, section 8, and of its supplements.
enum {
  ABI_TIFF_IMAGE_WIDTH = 256,
  ABI_TIFF_IMAGE_LENGTH = 257,
  ABI_TIFF_BITS_PER_SAMPLE = 258,
  ABI_TIFF_PHOTOMETRIC = 262,
  ABI_TIFF_ORIENTATION = 274,
  ABI_TIFF_SAMPLES_PER_PIXEL = 277,
  ABI_TIFF_PLANAR_CONFIG = 284,
  ABI_TIFF_TILE_WIDTH = 322,
  ABI_TIFF_TILE_LENGTH = 323,
  ABI_TIFF_EXTRA_SAMPLES = 338,
  ABI_TIFF_SAMPLE_FORMAT = 339,
  ABI_TIFF_XMP = 700,
  ABI_TIFF_IPTC = 33723,
  ABI_TIFF_EXIF = 34665,
  ABI_TIFF_ICC_PROFILE = 34675,
  ABI_TIFF_GPS = 34853,
};
enum { ABI_TIFF_WHITE_IS_ZERO = 0, ABI_TIFF_BLACK_IS_ZERO = 1, ABI_TIFF_RGB = 2, ABI_TIFF_SEPARATED = 5 };
enum { ABI_TIFF_CONTIGUOUS = 1 };
enum { ABI_TIFF_UNSIGNED = 1 };
enum { ABI_TIFF_ASSOCIATED_ALPHA = 1, ABI_TIFF_UNASSOCIATED_ALPHA = 2 };

#define TIFF_FUNCTIONS(F) \
  F(const char *, GetVersion, (void)) \
  F(abi_tiff_handler, SetErrorHandler, (abi_tiff_handler)) \
  F(abi_tiff_handler, SetWarningHandler, (abi_tiff_handler)) \
  F(abi_tiff *, ClientOpen, \
    (const char *, const char *, abi_tiff_data, abi_tiff_transfer, abi_tiff_transfer, abi_tiff_seek, abi_tiff_close, \
     abi_tiff_size, abi_tiff_map, abi_tiff_unmap)) \
  F(void, Close, (abi_tiff *)) \
  F(int, GetField, (abi_tiff *, uint32_t, ...)) \
  F(int, GetFieldDefaulted, (abi_tiff *, uint32_t, ...)) \
  F(int, IsTiled, (abi_tiff *)) \
  F(int, LastDirectory, (abi_tiff *)) \
  F(uint64_t, ScanlineSize64, (abi_tiff *)) \
  F(uint64_t, TileSize64, (abi_tiff *)) \
  F(uint64_t, TileRowSize64, (abi_tiff *)) \
  F(int, ReadScanline, (abi_tiff *, void *, uint32_t, uint16_t)) \
  F(ssize_t, ReadTile, (abi_tiff *, void *, uint32_t, uint32_t, uint32_t, uint16_t)) \
  F(int, RGBAImageOK, (abi_tiff *, char *)) \
  F(int, ReadRGBAImageOriented, (abi_tiff *, uint32_t, uint32_t, uint32_t *, int, int))

#endif
