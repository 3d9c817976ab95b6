// What starting and ending transfers and taking their answers share.
#ifndef CCURL_TRANSFER_H
#define CCURL_TRANSFER_H

#include <netinet/in.h>

#include "CCurl.h"
#include "library.h"

enum { HEADER_BYTES = 513, LOCATION_BYTES = (16 << 10) + 1 };

struct transfers {
  abi_multi *multi;
  transfer *first;
  /// When it is looked next for transfers that nothing comes for, by the monotonic clock.
  int64_t next_check;
};

struct transfer {
  transfers *all;
  transfer *next;
  abi_easy *easy;
  struct abi_slist *request_headers;
  int file;
  int64_t start;
  int64_t most_bytes;
  bool private_allowed;
  bool decodes;
  int64_t stall_milliseconds;

  bool is_over;
  /// The connection is there and the request goes out.
  bool is_sent;
  /// Something came since `moved_at`.
  bool has_moved;
  int64_t moved_at;
  transfer_end end;
  /// Set by a callback that ends the transfer, which libcurl then tells in its own way.
  bool was_ended;
  long status;
  bool body_has_begun;
  int64_t file_bytes;
  int64_t ignored_bytes;
  size_t header_bytes;
  /// All headers of the answer came; what they say does not depend on its body any more.
  bool headers_have_ended;
  /// As the answer says it; null for none.
  char *location;
  /// Of the answer: where its part of the file starts, and what the whole file has.
  int64_t part_start;
  int64_t part_total;
  bool length_is_known;
  /// Of the answer, as its server says it; -1 before.
  int64_t told_length;
  int file_error;
  bool was_refused;
  bool has_connected;
  char refused[INET6_ADDRSTRLEN];
  char headers[HEADER_COUNT][HEADER_BYTES];
  char complaint[ABI_ERROR_SIZE];
  /// Of a callback here; null for none.
  const char *own_complaint;
};

// Callbacks of libcurl, whose context is the transfer.

int transfer_open_socket(void *context, int purpose, abi_sockaddr *address);
size_t transfer_take_header(char *line, size_t size, size_t count, void *context);
size_t transfer_take_body(char *bytes, size_t size, size_t count, void *context);

/// Forgets what an answer before this one told.
void transfer_begin_answer(transfer *one);
/// Sees to it that the file is as the answer's body goes on from.
bool transfer_begin_body(transfer *one);

#endif
