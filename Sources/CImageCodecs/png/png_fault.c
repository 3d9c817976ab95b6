#include "png_fault.h"

#include <stdlib.h>
#include <string.h>

/// When the end of the zlib stream is checked, all rows are decoded already, so libpng only warns about errors there. Its
/// warnings have no codes. Those about superfluous bytes are recognized by their text.
static bool is_damage(const char *text) {
  static const char chunk[] = "IDAT: ";
  static const char *const harmless[] = {"Extra compressed data", "Too much image data", "chunk data is too large"};
  if (strncmp(text, chunk, sizeof chunk - 1) != 0) return false;
  for (size_t index = 0; index < sizeof harmless / sizeof harmless[0]; ++index) {
    if (strcmp(text + sizeof chunk - 1, harmless[index]) == 0) return false;
  }
  return true;
}

void png_fault_error(png_structp png, png_const_charp text) {
  fault_raise(png_get_error_ptr(png), CODEC_REASON_CORRUPT, text);
}

void png_fault_warning(png_structp png, png_const_charp text) {
  codec_fault *fault = png_get_error_ptr(png);
  if (fault->severity == ERROR_DAMAGES && is_damage(text)) {
    fault_damage(fault, text);
  } else {
    fault_note(fault, text);
  }
}

png_voidp png_fault_allocate(png_structp png, png_alloc_size_t count) {
  codec_fault *fault = png_get_mem_ptr(png);
  void *memory = count <= fault->memory_left ? malloc(count) : NULL;
  if (memory) {
    fault->memory_left -= count;
  } else {
    fault->out_of_memory = true;
  }
  return memory;
}

void png_fault_free(png_structp png, png_voidp memory) {
  (void)png;
  free(memory);
}

void png_fault_set_options(png_structp png) {
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_benign_errors(png, 1);
  png_set_option(png, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);  // else an iCCP chunk can be taken for an sRGB chunk
}

bool png_fault_machine_is_little_endian(void) {
  const uint16_t one = 1;
  uint8_t first;
  memcpy(&first, &one, 1);
  return first == 1;
}
