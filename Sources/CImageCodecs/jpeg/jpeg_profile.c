#include "jpeg_profile.h"

#include <string.h>

static const char signature[] = "ICC_PROFILE";
/// The signature with its zero, a number from 1 on, and the count.
enum { head_bytes = sizeof signature + 2 };

void jpeg_profile_clear(jpeg_profile *profile) {
  memset(profile->set_of, 0, sizeof profile->set_of);
  profile->set = profile->count = profile->found = 0;
  profile->has_leftovers = false;
}

static bool is_complete(const jpeg_profile *profile) { return profile->count > 0 && profile->found == profile->count; }

static bool is_copy(const jpeg_profile *profile, unsigned number, const uint8_t *data, size_t size) {
  return profile->sizes[number - 1] == size && memcmp(profile->parts[number - 1], data, size) == 0;
}

/// Takes constant time, however large the set is: a hostile file can start millions of sets.
static void begin_set(jpeg_profile *profile, unsigned count) {
  if (profile->found > 0) profile->has_leftovers = true;
  ++profile->set;
  profile->count = count;
  profile->found = 0;
}

void jpeg_profile_add(jpeg_profile *profile, const uint8_t *body, size_t count) {
  if (count < sizeof signature || memcmp(body, signature, sizeof signature) != 0) return;
  const unsigned number = count < head_bytes ? 0 : body[sizeof signature];
  const unsigned total = count < head_bytes ? 0 : body[sizeof signature + 1];
  if (number == 0 || number > total) {
    profile->has_leftovers = true;
    return;
  }
  const uint8_t *data = body + head_bytes;
  const size_t size = count - head_bytes;
  const bool is_known = total == profile->count && profile->set_of[number - 1] == profile->set;
  if (is_known && is_copy(profile, number, data, size)) return;
  if (is_complete(profile)) {
    profile->has_leftovers = true;
    return;
  }
  if (is_known || total != profile->count) begin_set(profile, total);
  profile->parts[number - 1] = data;
  profile->sizes[number - 1] = size;
  profile->set_of[number - 1] = profile->set;
  ++profile->found;
}

size_t jpeg_profile_size(const jpeg_profile *profile) {
  if (!is_complete(profile)) return 0;
  size_t size = 0;
  for (unsigned index = 0; index < profile->count; ++index) size += profile->sizes[index];
  return size;
}

void jpeg_profile_join(const jpeg_profile *profile, uint8_t *bytes) {
  for (unsigned index = 0; index < profile->count; ++index) {
    memcpy(bytes, profile->parts[index], profile->sizes[index]);
    bytes += profile->sizes[index];
  }
}
