// Shared by the files that start and end transfers and receive their answers.
#ifndef CCURL_TRANSFER_H
#define CCURL_TRANSFER_H

#include <netinet/in.h>

#include "CCurl.h"
#include "library.h"

enum { HEADER_BYTES = 513, LOCATION_BYTES = (16 << 10) + 1 };

struct transfers {
  abi_multi *multi;
  transfer *first;
  /// The time of the next check for stalled transfers, on the monotonic clock.
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
  /// The connection is established, and the request is being sent.
  bool is_sent;
  /// Data have arrived since `moved_at`.
  bool has_moved;
  int64_t moved_at;
  transfer_end end;
  /// Set by a callback that ends the transfer. libcurl then reports an error.
  bool was_ended;
  long status;
  bool body_has_begun;
  int64_t file_bytes;
  int64_t ignored_bytes;
  size_t header_bytes;
  /// All headers of the answer have arrived. Their contents no longer depend on the body.
  bool headers_have_ended;
  /// As in the answer; null for none.
  char *location;
  /// From the answer: the start of its part of the file, and the size of the whole file.
  int64_t part_start;
  int64_t part_total;
  bool length_is_known;
  /// The length that the server announced in the answer; -1 before.
  int64_t told_length;
  int file_error;
  bool was_refused;
  bool has_connected;
  char refused[INET6_ADDRSTRLEN];
  char headers[HEADER_COUNT][HEADER_BYTES];
  char complaint[ABI_ERROR_SIZE];
  /// The message of a callback in this target; null for none.
  const char *own_complaint;
};

// Callbacks of libcurl. Their context is the transfer.

int transfer_open_socket(void *context, int purpose, abi_sockaddr *address);
size_t transfer_take_header(char *line, size_t size, size_t count, void *context);
size_t transfer_take_body(char *bytes, size_t size, size_t count, void *context);

/// Clears the data of a previous answer.
void transfer_begin_answer(transfer *one);
/// Prepares the file for the body of the answer.
bool transfer_begin_body(transfer *one);

#endif
