#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "CCurl.h"
#include "library.h"

#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC 0
#endif

/// More than any honest server says before the body.
static const size_t most_header_bytes = 256 << 10;
/// What is read of a body that is for nobody, so that its connection can be used again.
static const int64_t most_ignored_bytes = 64 << 10;

enum { HEADER_BYTES = 513 };

struct transfers {
  abi_multi *multi;
  transfer *first;
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

  bool is_over;
  transfer_end end;
  /// Set by a callback that ends the transfer, which libcurl then tells in its own way.
  bool was_ended;
  long status;
  bool body_has_begun;
  int64_t file_bytes;
  int64_t ignored_bytes;
  size_t header_bytes;
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

static void end(transfer *one, transfer_end why) {
  if (one->was_ended) return;
  one->was_ended = true;
  one->end = why;
}

// MARK: - Callbacks of libcurl

static int open_socket(void *context, int purpose, abi_sockaddr *address) {
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

/// The value where a header line has that name.
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

/// False for a second length that is not the first: what one of two readers takes for the end, the other does not.
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

static void begin_answer(transfer *one) {
  memset(one->headers, 0, sizeof one->headers);
  one->part_start = one->part_total = -1;
  one->length_is_known = false;
  one->told_length = -1;
}

static size_t take_header(char *line, size_t size, size_t count, void *context) {
  static const char *const names[HEADER_COUNT] = {"etag", "last-modified", "retry-after", "content-type"};
  transfer *one = context;
  size_t length = size * count, value_length = 0;
  one->header_bytes += length;
  if (one->header_bytes > most_header_bytes) {
    one->own_complaint = "the server's headers do not end";
    end(one, TRANSFER_BROKEN);
    return 0;
  }
  // A new answer: after "100 Continue", or one of a proxy.
  if (length >= 5 && strncasecmp(line, "HTTP/", 5) == 0) begin_answer(one);
  for (int i = 0; i < HEADER_COUNT; i++) {
    const char *value = value_of(line, length, names[i], &value_length);
    if (value == NULL || value_length >= HEADER_BYTES) continue;
    memcpy(one->headers[i], value, value_length);
    one->headers[i][value_length] = '\0';
  }
  const char *value = value_of(line, length, "content-range", &value_length);
  if (value != NULL) take_range(one, value, value_length);
  if (value_of(line, length, "transfer-encoding", &value_length)) one->length_is_known = true;
  value = value_of(line, length, "content-length", &value_length);
  return value == NULL || take_length(one, value, value_length) ? length : 0;
}

/// Sees to it that the file is as the answer's body goes on from.
static bool begin_body(transfer *one) {
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

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
  transfer *one = context;
  size_t length = size * count;
  if (!one->body_has_begun) {
    one->body_has_begun = true;
    if (!begin_body(one)) return 0;
  }
  if (one->status < 200 || one->status > 299) {
    // An error's page. A long one is not waited for: what it is about is known.
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

// MARK: - All transfers

transfers *transfers_create(long most_connections) {
  transfers *all = calloc(1, sizeof *all);
  if (all == NULL) return NULL;
  all->multi = curl.multi_init();
  if (all->multi == NULL) {
    free(all);
    return NULL;
  }
  curl.multi_setopt(all->multi, ABI_MULTI_OPT_MAXCONNECTS, most_connections);
  return all;
}

void transfers_destroy(transfers *all) {
  while (all->first != NULL) transfer_destroy(all->first);
  curl.multi_cleanup(all->multi);
  free(all);
}

static transfer_end end_of(const transfer *one, int result) {
  if (one->was_ended) return one->end;
  if (one->was_refused && !one->has_connected) return TRANSFER_REFUSED_ADDRESS;
  switch (result) {
    case ABI_OK:
      // A part of the file is not the file.
      return one->status == 206 && one->file_bytes != one->part_total ? TRANSFER_SHORT : TRANSFER_COMPLETE;
    case ABI_COULDNT_RESOLVE_HOST:
    case ABI_COULDNT_RESOLVE_PROXY: return TRANSFER_NOT_RESOLVED;
    case ABI_PARTIAL_FILE: return TRANSFER_SHORT;
    case ABI_OPERATION_TIMEDOUT: return TRANSFER_TIMED_OUT;
    case ABI_FILESIZE_EXCEEDED: return TRANSFER_TOO_LARGE;
    case ABI_SSL_CONNECT_ERROR:
    case ABI_PEER_FAILED_VERIFICATION: return TRANSFER_NOT_TRUSTED;
    default: return TRANSFER_BROKEN;
  }
}

bool transfers_advance(transfers *all, int file, int milliseconds) {
  int running = 0;
  if (curl.multi_perform(all->multi, &running) != ABI_OK) return false;
  int left = 0;
  for (transfer *one = all->first; one != NULL; one = one->next)
    if (one->is_over) milliseconds = 0;
  abi_message *message;
  while ((message = curl.multi_info_read(all->multi, &left)) != NULL) {
    if (message->kind != ABI_MESSAGE_DONE) continue;
    transfer *one = NULL;
    int result = message->data.result;
    curl.easy_getinfo(message->easy, ABI_INFO_PRIVATE, &one);
    curl.easy_getinfo(message->easy, ABI_INFO_RESPONSE_CODE, &one->status);
    // A body of no bytes: nothing was written, but what stood there before must not be taken for the answer.
    if (result == ABI_OK && !one->body_has_begun && one->status != 304) begin_body(one);
    one->end = end_of(one, result);
    if (one->complaint[0] == '\0') snprintf(one->complaint, sizeof one->complaint, "%s", curl.easy_strerror(result));
    one->is_over = true;
    milliseconds = 0;
  }
  abi_waitfd extra = {.fd = file, .events = ABI_WAIT_POLLIN, .revents = 0};
  int ready = 0;
  if (milliseconds == 0) return true;
  return curl.multi_poll(all->multi, &extra, file >= 0 ? 1 : 0, milliseconds, &ready) == ABI_OK;
}

transfer *transfers_next_ended(transfers *all) {
  for (transfer *one = all->first; one != NULL; one = one->next)
    if (one->is_over) return one;
  return NULL;
}

// MARK: - One transfer

static bool set_up(transfer *one, const transfer_request *request) {
  abi_easy *easy = one->easy;
  for (const char *const *line = request->headers; *line != NULL; line++) {
    struct abi_slist *longer = curl.slist_append(one->request_headers, *line);
    if (longer == NULL) return false;
    one->request_headers = longer;
  }
  // Nothing follows a redirection here: who asked decides whether the next address may be gone to. No content encoding is
  // asked for and none undone, so that no answer grows on its way to the file.
  return curl.easy_setopt(easy, ABI_OPT_URL, request->address) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_PROTOCOLS, (long)(ABI_PROTOCOL_HTTP | ABI_PROTOCOL_HTTPS)) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_PROXY, request->proxy) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_USERAGENT, request->user_agent) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_HTTPHEADER, one->request_headers) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_HTTP_CONTENT_DECODING, 0L) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_NOSIGNAL, 1L) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_CONNECTTIMEOUT_MS, (long)request->connect_milliseconds) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_TIMEOUT_MS, (long)request->total_milliseconds) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_LOW_SPEED_LIMIT, 1L) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_LOW_SPEED_TIME, (long)request->stall_seconds) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_MAXFILESIZE_LARGE, request->most_bytes) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_OPENSOCKETFUNCTION, open_socket) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_OPENSOCKETDATA, one) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_HEADERFUNCTION, take_header) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_HEADERDATA, one) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_WRITEFUNCTION, take_body) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_WRITEDATA, one) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_ERRORBUFFER, one->complaint) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_PRIVATE, one) == ABI_OK;
}

transfer *transfer_start(transfers *all, const transfer_request *request) {
  transfer *one = calloc(1, sizeof *one);
  if (one == NULL) return NULL;
  one->file = request->file;
  one->start = request->start;
  one->file_bytes = request->start;
  one->most_bytes = request->most_bytes;
  one->private_allowed = request->private_allowed;
  begin_answer(one);
  one->easy = curl.easy_init();
  if (one->easy == NULL || !set_up(one, request) || curl.multi_add_handle(all->multi, one->easy) != ABI_OK) {
    if (one->easy != NULL) curl.easy_cleanup(one->easy);
    if (one->request_headers != NULL) curl.slist_free_all(one->request_headers);
    free(one);
    return NULL;
  }
  one->all = all;
  one->next = all->first;
  all->first = one;
  return one;
}

void transfer_destroy(transfer *one) {
  for (transfer **place = &one->all->first; *place != NULL; place = &(*place)->next) {
    if (*place != one) continue;
    *place = one->next;
    break;
  }
  curl.multi_remove_handle(one->all->multi, one->easy);
  curl.easy_cleanup(one->easy);
  if (one->request_headers != NULL) curl.slist_free_all(one->request_headers);
  free(one);
}

transfer_end transfer_how_it_ended(const transfer *one) { return one->end; }
const char *transfer_complaint(const transfer *one) {
  return one->own_complaint != NULL ? one->own_complaint : one->complaint;
}
int transfer_file_error(const transfer *one) { return one->file_error; }
const char *transfer_refused(const transfer *one) { return one->refused; }
long transfer_status(const transfer *one) { return one->status; }
int64_t transfer_file_bytes(const transfer *one) { return one->file_bytes; }
bool transfer_length_is_known(const transfer *one) { return one->length_is_known; }
const char *transfer_header(const transfer *one, header_name name) { return one->headers[name]; }

const char *transfer_location(const transfer *one) {
  char *text = NULL;
  curl.easy_getinfo(one->easy, ABI_INFO_REDIRECT_URL, &text);
  return text;
}
