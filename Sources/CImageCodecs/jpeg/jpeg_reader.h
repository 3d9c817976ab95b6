// What the reading of headers and the reading of pixels share.
#ifndef CIMAGECODECS_JPEG_READER_H
#define CIMAGECODECS_JPEG_READER_H

#include "jpeg_fault.h"
#include "jpeg_profile.h"

// From ABI 70 on, libjpeg reports the scaled block size for each direction.
#if JPEG_LIB_VERSION >= 70
#define SCALED_WIDTH(component) ((component)->DCT_h_scaled_size)
#define SCALED_HEIGHT(component) ((component)->DCT_v_scaled_size)
#define LEAST_SCALED_HEIGHT(decompress) ((decompress)->min_DCT_v_scaled_size)
#else
#define SCALED_WIDTH(component) ((component)->DCT_scaled_size)
#define SCALED_HEIGHT(component) ((component)->DCT_scaled_size)
#define LEAST_SCALED_HEIGHT(decompress) ((decompress)->min_DCT_scaled_size)
#endif

typedef enum { NO_IMAGE, HEADER_READ, PLANNED } jpeg_reader_state;

struct jpeg_reader {
  struct jpeg_decompress_struct decompress;  ///< first, so that a callback's object is this struct
  jpeg_fault fault;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jpeg_reader_state state;
  jpeg_layout layout;
  jpeg_shape shape;
  const uint8_t *bytes;            ///< the whole file
  const uint8_t *behind_scan;      ///< end of the last scan's data, while all scans of a file are read; else null
  bool takes_in_scans;             ///< all scans of a multi-scan file, before any row is output
  bool sets_needless_scans_aside;  ///< warnings about scans that no sample depends on do not count
  char set_aside[JMSG_LENGTH_MAX];  ///< the first of them that means damage, "" if none
  uint8_t *icc;         ///< allocated with malloc
  jpeg_profile profile;
};

/// Starts the image: sets its bytes and reads the markers up to the first scan. Raises.
void jpeg_reader_open(jpeg_reader *reader, const uint8_t *bytes, size_t count);

/// Releases the image; does nothing if there is none.
void jpeg_reader_release(jpeg_reader *reader);

#endif
