// libjpeg's error manager, for the reader and the writer.
#ifndef CIMAGECODECS_JPEG_FAULT_H
#define CIMAGECODECS_JPEG_FAULT_H

#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#include "fault.h"

typedef struct {
  struct jpeg_error_mgr manager;  ///< first, so that a libjpeg object's `err` is this struct
  codec_fault fault;
} jpeg_fault;

/// Prepares `fault->manager` for a libjpeg object's `err`. Nothing is ever printed.
struct jpeg_error_mgr *jpeg_fault_manager(jpeg_fault *fault);

#endif
