// libjpeg's error manager, for reader and writer.
#ifndef CIMAGECODECS_JPEG_FAULT_H
#define CIMAGECODECS_JPEG_FAULT_H

#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#include "../fault.h"

typedef struct {
  struct jpeg_error_mgr manager;  ///< first, so that the `err` of a libjpeg object is this struct
  codec_fault fault;
} jpeg_fault;

/// Prepares `fault->manager` as the `err` of a libjpeg object. It never prints anything.
struct jpeg_error_mgr *jpeg_fault_manager(jpeg_fault *fault);

#endif
