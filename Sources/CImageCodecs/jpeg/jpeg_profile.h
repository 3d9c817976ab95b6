// Selects the APP2 segments of a JPEG that form its color profile (ICC.1:2022, annex B.4).
#ifndef CIMAGECODECS_JPEG_PROFILE_H
#define CIMAGECODECS_JPEG_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { most_profile_segments = 255 };

/// The first complete set of segments, or the current set until one is complete.
///
/// A set consists of segments in any order that contain the same count, each number once. A segment that repeats one of the set
/// byte for byte is a copy, and ignoring it loses nothing. A segment with a number of the set and other bytes, or with another
/// count, belongs to another profile: the current set is discarded, and the next one starts.
typedef struct {
  const uint8_t *parts[most_profile_segments];  ///< by number; pointers into the file's bytes
  size_t sizes[most_profile_segments];
  uint32_t set_of[most_profile_segments];       ///< the set for which a part was found; it is not in any other set
  uint32_t set;         ///< number of the current set, from 1 on
  unsigned count;       ///< segments in the set, as they state it; 0 if there is no set
  unsigned found;       ///< segments of the set found so far
  bool has_leftovers;   ///< there are bytes of a profile that are neither in the set nor copies of its segments
} jpeg_profile;

void jpeg_profile_clear(jpeg_profile *profile);

/// Adds the contents of an APP2 segment, whatever they are. The cost is at most that of reading each byte.
void jpeg_profile_add(jpeg_profile *profile, const uint8_t *body, size_t count);

/// Size of the complete set in bytes; 0 if there is none.
size_t jpeg_profile_size(const jpeg_profile *profile);

/// Writes the profile, `jpeg_profile_size` bytes.
void jpeg_profile_join(const jpeg_profile *profile, uint8_t *bytes);

#endif
