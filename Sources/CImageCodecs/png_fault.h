// libpng's error and warning callbacks, for the reader and the writer. The error pointer is the `codec_fault`.
#ifndef CIMAGECODECS_PNG_FAULT_H
#define CIMAGECODECS_PNG_FAULT_H

#include <png.h>

#include "fault.h"

_Noreturn void png_fault_error(png_structp png, png_const_charp text);
void png_fault_warning(png_structp png, png_const_charp text);

/// What reader and writer have in common: no limit on the size (the caller has checked it), and colour chunks that
/// libpng does not like cost a warning, not the picture.
void png_fault_set_options(png_structp png);

/// libpng gives and takes 16-bit samples with the high byte first.
bool png_fault_machine_is_little_endian(void);

#endif
