// A growing byte buffer that a reader or writer reuses from image to image.
#ifndef CIMAGECODECS_BUFFER_H
#define CIMAGECODECS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint8_t *bytes;
  size_t count, capacity;
} codec_buffer;

static inline void buffer_free(codec_buffer *buffer) {
  free(buffer->bytes);
  *buffer = (codec_buffer){0};
}

/// Empties the buffer. A large one is freed, so that one giant image does not keep its memory for the rest of the run.
static inline void buffer_clear(codec_buffer *buffer) {
  const size_t most_kept = 1u << 20;
  if (buffer->capacity > most_kept) buffer_free(buffer);
  buffer->count = 0;
}

/// Makes room for at least `capacity` bytes. The capacity at least doubles when the buffer has to move. False: out of memory.
static inline bool buffer_reserve(codec_buffer *buffer, size_t capacity) {
  const size_t first = 64u << 10;
  if (capacity <= buffer->capacity) return true;
  size_t grown = buffer->capacity > SIZE_MAX / 2 ? SIZE_MAX : buffer->capacity * 2;
  if (grown < first) grown = first;
  if (grown < capacity) grown = capacity;
  uint8_t *moved = realloc(buffer->bytes, grown);
  if (!moved) return false;
  buffer->bytes = moved;
  buffer->capacity = grown;
  return true;
}

static inline bool buffer_append(codec_buffer *buffer, const uint8_t *bytes, size_t count) {
  if (count > SIZE_MAX - buffer->count || !buffer_reserve(buffer, buffer->count + count)) return false;
  if (count > 0) memcpy(buffer->bytes + buffer->count, bytes, count);
  buffer->count += count;
  return true;
}

#endif
