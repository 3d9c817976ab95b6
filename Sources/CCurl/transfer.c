#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>

#include "CPlatform.h"
#include "transfer.h"

/// How late a stall may be detected.
static const int64_t milliseconds_between_checks = 100;

// MARK: - All transfers

transfers *transfers_create(long most_connections) {
  transfers *all = calloc(1, sizeof *all);
  if (all == NULL) return NULL;
  all->multi = curl.multi_init();
  if (all->multi == NULL) {
    free(all);
    return NULL;
  }
  // A status line of HTTP/2 on a connection of HTTP/1.1 makes libcurl send a second request before the first has ended, and one
  // address gets the answer of another.
  if (curl.multi_setopt(all->multi, ABI_MULTI_OPT_PIPELINING, (long)ABI_PIPE_NOTHING) != ABI_OK) {
    curl.multi_cleanup(all->multi);
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
  // The body of an error or a redirection may end early, because the status already contains the outcome.
  if (one->headers_have_ended && (one->status < 200 || one->status > 299)) return TRANSFER_COMPLETE;
  switch (result) {
    case ABI_OK:
      // One part of the file is not the whole file.
      return one->status == 206 && one->file_bytes != one->part_total ? TRANSFER_SHORT : TRANSFER_COMPLETE;
    case ABI_COULDNT_RESOLVE_HOST:
    case ABI_COULDNT_RESOLVE_PROXY: return TRANSFER_NOT_RESOLVED;
    case ABI_PARTIAL_FILE: return TRANSFER_SHORT;
    case ABI_OPERATION_TIMEDOUT: return TRANSFER_TIMED_OUT;
    case ABI_FILESIZE_EXCEEDED: return TRANSFER_TOO_LARGE;
    case ABI_PEER_FAILED_VERIFICATION: return TRANSFER_NOT_TRUSTED;
    default: return TRANSFER_BROKEN;
  }
}

static int64_t now_in_milliseconds(void) { return (int64_t)(system_monotonic_nanoseconds() / 1000000); }

/// Ends transfers that receive nothing. Not left to libcurl, because its speed limit is a mean over many seconds.
static bool end_stalled(transfers *all, int64_t now) {
  bool any_ended = false;
  for (transfer *one = all->first; one != NULL; one = one->next) {
    if (one->is_over) continue;
    if (!one->is_sent) {
      // Until the request is sent, the connection timeout applies.
      double seconds = 0;
      curl.easy_getinfo(one->easy, ABI_INFO_PRETRANSFER_TIME, &seconds);
      if (seconds <= 0) continue;
      one->is_sent = one->has_moved = true;
    }
    if (one->has_moved) {
      one->has_moved = false;
      one->moved_at = now;
    } else if (now - one->moved_at >= one->stall_milliseconds) {
      snprintf(one->complaint, sizeof one->complaint, "nothing came for %g s", (double)one->stall_milliseconds / 1000);
      one->end = end_of(one, ABI_OPERATION_TIMEDOUT);
      one->is_over = any_ended = true;
    }
  }
  return any_ended;
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
    if (one->is_over) continue;
    curl.easy_getinfo(message->easy, ABI_INFO_RESPONSE_CODE, &one->status);
    // A body without bytes writes nothing, but previous contents of the file must not be taken for the answer.
    if (result == ABI_OK && !one->body_has_begun && one->status != 304) transfer_begin_body(one);
    one->end = end_of(one, result);
    if (one->complaint[0] == '\0') snprintf(one->complaint, sizeof one->complaint, "%s", curl.easy_strerror(result));
    one->is_over = true;
    milliseconds = 0;
  }
  int64_t now = now_in_milliseconds();
  if (now >= all->next_check) {
    if (end_stalled(all, now)) milliseconds = 0;
    all->next_check = now + milliseconds_between_checks;
  }
  if (all->first != NULL && milliseconds > all->next_check - now) milliseconds = (int)(all->next_check - now);
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
  // libcurl follows no redirection: the caller decides whether the next address is permitted. Codings are decoded only on
  // request. libcurl decodes only if its own option for the Accept-Encoding header is set; the request's header takes precedence.
  return curl.easy_setopt(easy, ABI_OPT_URL, request->address) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_PROTOCOLS, (long)(ABI_PROTOCOL_HTTP | ABI_PROTOCOL_HTTPS)) == ABI_OK &&
         // Both are always set, even to nothing: otherwise libcurl reads the environment, and connects to a proxy that the caller
         // does not know.
         curl.easy_setopt(easy, ABI_OPT_PROXY, request->proxy) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_NOPROXY, "") == ABI_OK &&
         (request->user == NULL || curl.easy_setopt(easy, ABI_OPT_USERNAME, request->user) == ABI_OK) &&
         (request->password == NULL || curl.easy_setopt(easy, ABI_OPT_PASSWORD, request->password) == ABI_OK) &&
         curl.easy_setopt(easy, ABI_OPT_USERAGENT, request->user_agent) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_HTTPHEADER, one->request_headers) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_HTTP_CONTENT_DECODING, request->decodes ? 1L : 0L) == ABI_OK &&
         (!request->decodes || curl.easy_setopt(easy, ABI_OPT_ACCEPT_ENCODING, "identity") == ABI_OK) &&
         curl.easy_setopt(easy, ABI_OPT_NOSIGNAL, 1L) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_CONNECTTIMEOUT_MS, (long)request->connect_milliseconds) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_TIMEOUT_MS, (long)request->total_milliseconds) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_OPENSOCKETFUNCTION, transfer_open_socket) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_OPENSOCKETDATA, one) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_HEADERFUNCTION, transfer_take_header) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_HEADERDATA, one) == ABI_OK &&
         curl.easy_setopt(easy, ABI_OPT_WRITEFUNCTION, transfer_take_body) == ABI_OK &&
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
  one->decodes = request->decodes;
  one->stall_milliseconds = request->stall_milliseconds;
  transfer_begin_answer(one);
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
  free(one->location);
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
int64_t transfer_total_bytes(const transfer *one) { return one->status == 206 ? one->part_total : one->told_length; }
bool transfer_length_is_known(const transfer *one) { return one->length_is_known; }
const char *transfer_header(const transfer *one, header_name name) { return one->headers[name]; }

const char *transfer_location(const transfer *one) { return one->location; }
