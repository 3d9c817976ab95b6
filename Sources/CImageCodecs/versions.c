#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

#include "CImageCodecs.h"

#define TEXT_OF(value) #value
#define TEXT(macro) TEXT_OF(macro)

const char *codec_jpeg_version(void) {
  return "libjpeg-turbo " TEXT(LIBJPEG_TURBO_VERSION) " (ABI " TEXT(JPEG_LIB_VERSION) ")";
}

const char *codec_png_version(void) {
  static _Thread_local char text[32];
  snprintf(text, sizeof text, "libpng %s", png_get_libpng_ver(NULL));
  return text;
}

const char *codec_zlib_version(void) {
  static _Thread_local char text[32];
  snprintf(text, sizeof text, "zlib %s", zlibVersion());
  return text;
}
