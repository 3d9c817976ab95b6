#ifndef CCURL_H
#define CCURL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// HTTP downloads with libcurl, which is opened for the first download: linking it would delay every start by 10 ms.
//
// All callbacks of libcurl end in this target. A transfer writes into a file, keeps its limits, connects only to permitted
// addresses, and reports its outcome afterwards. Only one thread at a time may use transfers.

// MARK: - The library

/// Opens libcurl. Returns null, or the system's message if that fails. Later calls return the same. Everything below requires an
/// open library.
const char *_Nullable curl_library_open(void);

// MARK: - Addresses of machines

/// The kind of an address, from the registries of special-purpose addresses (RFC 6890 and IANA's later additions).
typedef enum {
  ADDRESS_PUBLIC,
  ADDRESS_UNSPECIFIED,
  ADDRESS_LOOPBACK,
  ADDRESS_PRIVATE,
  ADDRESS_LINK_LOCAL,
  ADDRESS_MULTICAST,
  ADDRESS_RESERVED,
  /// Neither IPv4 nor IPv6.
  ADDRESS_UNKNOWN,
} address_kind;

/// An address that contains an IPv4 address (mapped, NAT64, 6to4) has the kind of that address.
address_kind address_kind_of(const struct sockaddr *_Nonnull address);

/// The kind of a numeric address, with or without brackets. `ADDRESS_UNKNOWN` for a name.
address_kind address_kind_of_text(const char *_Nonnull text);

/// Whether a numeric address is in a range. A range is one address, or an address with a prefix length after a slash.
bool address_is_within(const char *_Nonnull text, const char *_Nonnull range);

// MARK: - Web addresses

typedef struct web_address web_address;

/// Parses an address with libcurl's parser, so that both interpret it in the same way. Null if it is invalid, or neither http nor
/// https.
/// - base: the `web_address_text` that a relative text refers to (RFC 3986, 5.2); null for none.
/// - host: replaces the host of the text; null to keep it.
web_address *_Nullable web_address_create(
    const char *_Nonnull text, const char *_Nullable base, const char *_Nullable host);
void web_address_destroy(web_address *_Nonnull address);

/// The normalized address, without fragment, user and password.
const char *_Nonnull web_address_text(const web_address *_Nonnull address);
const char *_Nonnull web_address_scheme(const web_address *_Nonnull address);
const char *_Nonnull web_address_host(const web_address *_Nonnull address);
/// Decimal digits; the default port of the scheme if none is given.
const char *_Nonnull web_address_port(const web_address *_Nonnull address);
const char *_Nonnull web_address_path(const web_address *_Nonnull address);
/// Decoded; null if the text has none.
const char *_Nullable web_address_user(const web_address *_Nonnull address);
const char *_Nullable web_address_password(const web_address *_Nonnull address);

// MARK: - Transfers

/// All transfers in progress, and the connections that are kept for further ones.
typedef struct transfers transfers;
/// One request and its answer.
typedef struct transfer transfer;

typedef struct {
  /// `web_address_text`.
  const char *_Nonnull address;
  /// User and password, sent with HTTP's Basic scheme; null for none.
  const char *_Nullable user;
  const char *_Nullable password;
  /// Empty for no proxy. The caller reads the proxy settings in the environment.
  const char *_Nonnull proxy;
  const char *_Nonnull user_agent;
  /// Complete lines ("Name: value"), terminated by null.
  const char *_Nullable const *_Nonnull headers;
  /// The file for the body. The caller keeps it. Written from `start` on if the answer is that part, otherwise from the
  /// beginning.
  int file;
  int64_t start;
  /// The maximum size of the file in bytes.
  int64_t most_bytes;
  /// Whether a content coding (gzip, deflate) is decoded before the file is written; else the body is stored as sent.
  bool decodes;
  /// Whether connections to addresses that are not public are permitted.
  bool private_allowed;
  int64_t connect_milliseconds;
  /// The maximum time without data, once the request is sent.
  int64_t stall_milliseconds;
  int64_t total_milliseconds;
} transfer_request;

typedef enum {
  /// The answer is complete. Its status may report an error.
  TRANSFER_COMPLETE,
  /// `transfer_complaint` gives the reason.
  TRANSFER_BROKEN,
  TRANSFER_TIMED_OUT,
  /// The name has no address at present.
  TRANSFER_NOT_RESOLVED,
  /// The certificate is not valid.
  TRANSFER_NOT_TRUSTED,
  /// The body ended before its announced length.
  TRANSFER_SHORT,
  /// All addresses are forbidden; `transfer_refused` is the last one.
  TRANSFER_REFUSED_ADDRESS,
  /// The body, or its announced length, exceeds the limit.
  TRANSFER_TOO_LARGE,
  /// The answer contains another part of the file than requested.
  TRANSFER_WRONG_PART,
  /// The file cannot be written; see `transfer_file_error`.
  TRANSFER_FILE_FAILED,
} transfer_end;

/// - most_connections: the number of connections that are kept open.
/// Null if memory is exhausted.
transfers *_Nullable transfers_create(long most_connections);
/// Ends the transfers that are still in progress.
void transfers_destroy(transfers *_Nonnull all);

/// Starts a request. Null if libcurl does not accept it.
transfer *_Nullable transfer_start(transfers *_Nonnull all, const transfer_request *_Nonnull request);

/// Ends a transfer, in progress or finished, and frees it.
void transfer_destroy(transfer *_Nonnull one);

/// Advances all transfers, and waits up to `milliseconds` for more to do. Also returns when `file` is readable, unless it is -1.
/// False if libcurl fails.
bool transfers_advance(transfers *_Nonnull all, int file, int milliseconds);

/// A finished transfer that has not been destroyed yet; null for none.
transfer *_Nullable transfers_next_ended(transfers *_Nonnull all);

transfer_end transfer_how_it_ended(const transfer *_Nonnull one);
/// A description of what broke the transfer.
const char *_Nonnull transfer_complaint(const transfer *_Nonnull one);
int transfer_file_error(const transfer *_Nonnull one);
/// The last refused address, in digits.
const char *_Nonnull transfer_refused(const transfer *_Nonnull one);
/// HTTP's status; 0 before the answer.
long transfer_status(const transfer *_Nonnull one);
/// The number of bytes in the file so far.
int64_t transfer_file_bytes(const transfer *_Nonnull one);
/// Size of the whole file, of which the body may be a part, according to the server; -1 if unknown.
int64_t transfer_total_bytes(const transfer *_Nonnull one);
/// Whether the body has an announced length or is chunked, so that its end is known to be its end.
bool transfer_length_is_known(const transfer *_Nonnull one);
/// The target of a redirection, unchanged from the answer; null if there is none.
const char *_Nullable transfer_location(const transfer *_Nonnull one);

/// Headers of the answer. Empty if missing or longer than 512 bytes.
typedef enum {
  HEADER_ETAG,
  HEADER_LAST_MODIFIED,
  HEADER_RETRY_AFTER,
  HEADER_CONTENT_TYPE,
  HEADER_CONTENT_CODING,
  HEADER_DATE,
  HEADER_COUNT
} header_name;
const char *_Nonnull transfer_header(const transfer *_Nonnull one, header_name name);

/// Converts a date in an HTTP header to seconds since 1970; -1 if it is invalid.
int64_t http_date(const char *_Nonnull text);

#endif
