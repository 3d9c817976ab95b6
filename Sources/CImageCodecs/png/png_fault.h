// libpng's callbacks for errors, warnings and memory.
// Both the error pointer and the memory pointer of libpng are the `codec_fault`.
#ifndef CIMAGECODECS_PNG_FAULT_H
#define CIMAGECODECS_PNG_FAULT_H

#include <png.h>

#include "../fault.h"

_Noreturn void png_fault_error(png_structp png, png_const_charp text);
void png_fault_warning(png_structp png, png_const_charp text);

/// Counts all memory allocated for the image, freed or not: libpng allocates few objects, each about once.
png_voidp png_fault_allocate(png_structp png, png_alloc_size_t count);
void png_fault_free(png_structp png, png_voidp memory);

/// No limit on the size (the caller has checked it), and a color chunk that libpng rejects causes a warning, not an error.
void png_fault_set_options(png_structp png);

/// libpng reads and writes 16-bit samples in big-endian order.
bool png_fault_machine_is_little_endian(void);

#endif
