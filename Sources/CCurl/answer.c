#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "transfer.h"

#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC 0
#endif

/// More than any ordinary server sends before the body.
static const size_t most_header_bytes = 256 << 10;
/// The bytes of an unused body that are read so that its connection can be reused.
static const int64_t most_ignored_bytes = 64 << 10;

static void end(transfer *one, transfer_end why) {
  if (one->was_ended) return;
  one->was_ended = true;
  one->end = why;
}

int transfer_open_socket(void *context, int purpose, abi_sockaddr *address) {
  (void)purpose;
  transfer *one = context;
  if (!one->private_allowed && address_kind_of(&address->addr) != ADDRESS_PUBLIC) {
    one->was_refused = true;
    const void *digits = address->family == AF_INET6 ? (void *)&((struct sockaddr_in6 *)&address->addr)->sin6_addr
                                                     : (void *)&((struct sockaddr_in *)&address->addr)->sin_addr;
    if (inet_ntop(address->family, digits, one->refused, sizeof one->refused) == NULL) one->refused[0] = '\0';
    return ABI_SOCKET_BAD;
  }
  one->has_connected = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// The value of a header line with this name, else null.
static const char *value_of(const char *line, size_t length, const char *name, size_t *value_length) {
  size_t name_length = strlen(name);
  if (length <= name_length || line[name_length] != ':' || strncasecmp(line, name, name_length) != 0) return NULL;
  const char *value = line + name_length + 1, *stop = line + length;
  while (value < stop && isspace((unsigned char)*value)) value++;
  while (value < stop && isspace((unsigned char)stop[-1])) stop--;
  *value_length = (size_t)(stop - value);
  return value;
}

/// "bytes 100-199/200": 100 and 200; -1 for anything else.
static void take_range(transfer *one, const char *value, size_t length) {
  char text[64];
  int64_t start = -1, last = -1, total = -1;
  one->part_start = one->part_total = -1;
  if (length >= sizeof text) return;
  memcpy(text, value, length);
  text[length] = '\0';
  if (sscanf(text, "bytes %" SCNd64 "-%" SCNd64 "/%" SCNd64, &start, &last, &total) != 3) return;
  if (start < 0 || last < start || total <= last) return;
  one->part_start = start;
  one->part_total = total;
}

/// False if a second length differs from the first: two readers could then disagree on the end of the body.
static bool take_length(transfer *one, const char *value, size_t length) {
  char text[32];
  if (length >= sizeof text) length = sizeof text - 1;
  memcpy(text, value, length);
  text[length] = '\0';
  int64_t told = strtoll(text, NULL, 10);
  one->length_is_known = true;
  if (one->told_length >= 0 && one->told_length != told) {
    one->own_complaint = "the server tells two lengths";
    end(one, TRANSFER_BROKEN);
    return false;
  }
  one->told_length = told;
  return true;
}

/// Keeps the target of a redirection as it is. A target longer than any address is truncated, and the reader rejects it for its
/// length.
static bool take_location(transfer *one, const char *value, size_t length) {
  if (length == 0) return true;
  if (length >= LOCATION_BYTES) length = LOCATION_BYTES - 1;
  char *copy = strndup(value, length);
  if (copy == NULL) return false;
  free(one->location);
  one->location = copy;
  return true;
}

/// Decodes at most one content coding: a chain of codings would multiply the output of a few bytes.
static bool take_coding(transfer *one) {
  static const char *const known[] = {"", "identity", "gzip", "x-gzip", "deflate"};
  if (!one->decodes) return true;
  const char *coding = one->headers[HEADER_CONTENT_CODING];
  bool is_known = false;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) is_known |= strcasecmp(coding, known[i]) == 0;
  // The length is that of the coded bytes, and a coding need not mark its own end.
  if (coding[0] != '\0') one->length_is_known = false;
  if (is_known) return true;
  one->own_complaint = "the server codes its answer in a way that is not undone here";
  end(one, TRANSFER_BROKEN);
  return false;
}

/// The empty line that ends the headers of an answer.
static bool take_end_of_headers(transfer *one) {
  curl.easy_getinfo(one->easy, ABI_INFO_RESPONSE_CODE, &one->status);
  // Interim answers such as "100 Continue" precede the answer.
  one->headers_have_ended = one->status >= 200;
  if (!take_coding(one)) return false;
  bool is_for_file = one->status >= 200 && one->status <= 299;
  if (!is_for_file || one->told_length < 0) return true;
  int64_t before = one->status == 206 ? one->start : 0;
  if (one->told_length <= one->most_bytes - before) return true;
  end(one, TRANSFER_TOO_LARGE);
  return false;
}

void transfer_begin_answer(transfer *one) {
  memset(one->headers, 0, sizeof one->headers);
  one->part_start = one->part_total = -1;
  one->length_is_known = false;
  one->told_length = -1;
  one->headers_have_ended = false;
  free(one->location);
  one->location = NULL;
}

size_t transfer_take_header(char *line, size_t size, size_t count, void *context) {
  static const char *const names[HEADER_COUNT] = {"etag",         "last-modified",    "retry-after",
                                                  "content-type", "content-encoding", "date"};
  transfer *one = context;
  size_t length = size * count, value_length = 0;
  one->has_moved = true;
  one->header_bytes += length;
  if (one->header_bytes > most_header_bytes) {
    one->own_complaint = "the server's headers do not end";
    end(one, TRANSFER_BROKEN);
    return 0;
  }
  // The start of a new answer: after "100 Continue", or after an answer of a proxy.
  if (length >= 5 && strncasecmp(line, "HTTP/", 5) == 0) transfer_begin_answer(one);
  for (int i = 0; i < HEADER_COUNT; i++) {
    const char *value = value_of(line, length, names[i], &value_length);
    if (value == NULL || value_length >= HEADER_BYTES) continue;
    memcpy(one->headers[i], value, value_length);
    one->headers[i][value_length] = '\0';
  }
  const char *value = value_of(line, length, "content-range", &value_length);
  if (value != NULL) take_range(one, value, value_length);
  if (value_of(line, length, "transfer-encoding", &value_length)) one->length_is_known = true;
  value = value_of(line, length, "location", &value_length);
  if (value != NULL && !take_location(one, value, value_length)) return 0;
  if (length <= 2 && (length == 0 || line[0] == '\r' || line[0] == '\n')) return take_end_of_headers(one) ? length : 0;
  value = value_of(line, length, "content-length", &value_length);
  return value == NULL || take_length(one, value, value_length) ? length : 0;
}

bool transfer_begin_body(transfer *one) {
  curl.easy_getinfo(one->easy, ABI_INFO_RESPONSE_CODE, &one->status);
  if (one->status == 206) {
    if (one->part_start != one->start) {
      end(one, TRANSFER_WRONG_PART);
      return false;
    }
    one->file_bytes = one->start;
  } else {
    one->file_bytes = 0;
  }
  if (one->status < 200 || one->status > 299) return true;
  if (ftruncate(one->file, one->file_bytes) != 0 || lseek(one->file, one->file_bytes, SEEK_SET) < 0) {
    one->file_error = errno;
    end(one, TRANSFER_FILE_FAILED);
    return false;
  }
  return true;
}

static bool write_all(transfer *one, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(one->file, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      one->file_error = written < 0 ? errno : EIO;
      end(one, TRANSFER_FILE_FAILED);
      return false;
    }
    bytes += written;
    count -= (size_t)written;
    one->file_bytes += written;
  }
  return true;
}

size_t transfer_take_body(char *bytes, size_t size, size_t count, void *context) {
  transfer *one = context;
  size_t length = size * count;
  one->has_moved = true;
  if (!one->body_has_begun) {
    one->body_has_begun = true;
    if (!transfer_begin_body(one)) return 0;
  }
  if (one->status < 200 || one->status > 299) {
    // The body of an error or a redirection. A long one is not read to its end, because the status already contains the outcome.
    one->ignored_bytes += (int64_t)length;
    if (one->ignored_bytes <= most_ignored_bytes) return length;
    end(one, TRANSFER_COMPLETE);
    return 0;
  }
  if ((int64_t)length > one->most_bytes - one->file_bytes) {
    end(one, TRANSFER_TOO_LARGE);
    return 0;
  }
  return write_all(one, bytes, length) ? length : 0;
}
