// A color profile in the APP2 segments of a JPEG (ICC.1:2022, annex B.4): which of them make it.
#ifndef CIMAGECODECS_JPEG_PROFILE_H
#define CIMAGECODECS_JPEG_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { most_profile_segments = 255 };

/// The first complete set of segments, and the set in hand until there is one.
///
/// A set is segments in any order that name the same count, each number once. A segment that repeats one of the set byte
/// for byte is a copy, of which nothing is lost. One with a number of the set and other bytes, or with another count,
/// belongs to another profile: the set in hand is given up and the next one begins.
typedef struct {
  const uint8_t *parts[most_profile_segments];  ///< by number, in the file's bytes
  size_t sizes[most_profile_segments];
  uint32_t set_of[most_profile_segments];       ///< the set that a part was found for; others have no part of it
  uint32_t set;         ///< the set in hand, from 1 on
  unsigned count;       ///< of its segments, as they say; 0 where there is none
  unsigned found;       ///< of its segments
  bool has_leftovers;   ///< bytes of a profile that are neither in the set nor copies of what is
} jpeg_profile;

void jpeg_profile_clear(jpeg_profile *profile);

/// Takes the contents of an APP2 segment, whatever it holds. Costs no more than a look at each byte.
void jpeg_profile_add(jpeg_profile *profile, const uint8_t *body, size_t count);

/// The bytes of the complete set; 0 where there is none.
size_t jpeg_profile_size(const jpeg_profile *profile);

/// Writes them, as many as `jpeg_profile_size` says.
void jpeg_profile_join(const jpeg_profile *profile, uint8_t *bytes);

#endif
