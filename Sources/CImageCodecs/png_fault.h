// libpng's callbacks for errors, warnings and memory, for the reader and the writer.
// libpng's error pointer and its memory pointer are both the `codec_fault`.
#ifndef CIMAGECODECS_PNG_FAULT_H
#define CIMAGECODECS_PNG_FAULT_H

#include <png.h>

#include "fault.h"

_Noreturn void png_fault_error(png_structp png, png_const_charp text);
void png_fault_warning(png_structp png, png_const_charp text);

/// Counts what has been given out for the image, freed or not: libpng allocates few things, and each about once.
png_voidp png_fault_allocate(png_structp png, png_alloc_size_t count);
void png_fault_free(png_structp png, png_voidp memory);

/// What reader and writer have in common: no limit on the size (the caller has checked it), and color chunks that
/// libpng does not like cost a warning, not the image.
void png_fault_set_options(png_structp png);

/// libpng gives and takes 16-bit samples with the high byte first.
bool png_fault_machine_is_little_endian(void);

#endif
