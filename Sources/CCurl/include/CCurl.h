#ifndef CCURL_H
#define CCURL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// Downloads over HTTP by libcurl, which is opened when the first is wanted: what links it starts 10 ms later.
//
// All callbacks of libcurl end in this target. A transfer writes into a file, keeps within its limits, connects only to
// addresses that it may, and is asked afterwards how it went. Transfers are for one thread at a time.

// MARK: - The library

/// Opens libcurl. Returns null, or what the system says where it cannot; later calls tell the same.
const char *_Nullable curl_library_open(void);

/// As "7.88.1"; wants an open library, as everything below.
const char *_Nonnull curl_library_version(void);

// MARK: - Addresses of machines

/// What an address is of, by the registries of special-purpose addresses (RFC 6890 and what IANA added since).
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

/// Addresses that hold an IPv4 address (mapped, NAT64, 6to4) are of its kind.
address_kind address_kind_of(const struct sockaddr *_Nonnull address);

/// The kind of an address that is written in digits, with or without brackets. `ADDRESS_UNKNOWN` for a name.
address_kind address_kind_of_text(const char *_Nonnull text);

/// Whether an address in digits is in a range, which is one address or has the length of its start behind a slash.
bool address_is_within(const char *_Nonnull text, const char *_Nonnull range);

// MARK: - Web addresses

typedef struct web_address web_address;

/// Reads an address as libcurl will, so that no two readings differ. Null where it is none, or is neither http nor https.
/// - base: the `web_address_text` that a relative text starts from (RFC 3986, 5.2); null for none.
/// - host: to take in place of the text's own; null for that.
web_address *_Nullable web_address_create(
    const char *_Nonnull text, const char *_Nullable base, const char *_Nullable host);
void web_address_destroy(web_address *_Nonnull address);

/// In its normal form, without a fragment, a user and a password.
const char *_Nonnull web_address_text(const web_address *_Nonnull address);
const char *_Nonnull web_address_scheme(const web_address *_Nonnull address);
const char *_Nonnull web_address_host(const web_address *_Nonnull address);
/// Decimal digits; the scheme's own where none is given.
const char *_Nonnull web_address_port(const web_address *_Nonnull address);
const char *_Nonnull web_address_path(const web_address *_Nonnull address);
/// Decoded; null where the text has none.
const char *_Nullable web_address_user(const web_address *_Nonnull address);
const char *_Nullable web_address_password(const web_address *_Nonnull address);

// MARK: - Transfers

/// All transfers that are under way, and the connections that are kept for the next ones.
typedef struct transfers transfers;
/// One request and its answer.
typedef struct transfer transfer;

typedef struct {
  /// `web_address_text`.
  const char *_Nonnull address;
  /// Of its login, which goes out as HTTP's Basic scheme; null for none.
  const char *_Nullable user;
  const char *_Nullable password;
  /// Empty for none: what the environment says of proxies is the caller's to read.
  const char *_Nonnull proxy;
  const char *_Nonnull user_agent;
  /// Whole lines ("Name: value"), ended by null.
  const char *_Nullable const *_Nonnull headers;
  /// What the body is written to; stays the caller's. Written from `start` on where the answer is that part, else anew.
  int file;
  int64_t start;
  /// The most bytes that the file may come to.
  int64_t most_bytes;
  /// Whether a content coding (gzip, deflate) is undone on the way to the file; else the body comes as it is sent.
  bool decodes;
  /// Whether addresses that are not public may be connected to.
  bool private_allowed;
  int64_t connect_milliseconds;
  /// In which something has to come, once the request is sent.
  int64_t stall_milliseconds;
  int64_t total_milliseconds;
} transfer_request;

typedef enum {
  /// The answer came whole; its status may tell of an error.
  TRANSFER_COMPLETE,
  /// `transfer_complaint` says why.
  TRANSFER_BROKEN,
  TRANSFER_TIMED_OUT,
  /// The name has no address now.
  TRANSFER_NOT_RESOLVED,
  /// The certificate is not what it should be.
  TRANSFER_NOT_TRUSTED,
  /// The body ended before the length that was told.
  TRANSFER_SHORT,
  /// Only addresses that must not be connected to; `transfer_refused` is the last.
  TRANSFER_REFUSED_ADDRESS,
  /// The body, or what was told of its length, is over the limit.
  TRANSFER_TOO_LARGE,
  /// Another part of the file came than was asked for.
  TRANSFER_WRONG_PART,
  /// The file cannot be written; `transfer_file_error`.
  TRANSFER_FILE_FAILED,
} transfer_end;

/// - most_connections: that are kept open.
/// Null where there is no memory.
transfers *_Nullable transfers_create(long most_connections);
/// Ends those that are still under way.
void transfers_destroy(transfers *_Nonnull all);

/// Starts a request. Null where libcurl does not take it.
transfer *_Nullable transfer_start(transfers *_Nonnull all, const transfer_request *_Nonnull request);

/// Ends a transfer, whether it is under way or over.
void transfer_destroy(transfer *_Nonnull one);

/// Moves all transfers on, and waits up to `milliseconds` for more to do; also ends when `file` can be read, unless it is -1.
/// False where libcurl is at its end.
bool transfers_advance(transfers *_Nonnull all, int file, int milliseconds);

/// A transfer that is over and was not told of yet.
transfer *_Nullable transfers_next_ended(transfers *_Nonnull all);

transfer_end transfer_how_it_ended(const transfer *_Nonnull one);
/// What broke it, in words.
const char *_Nonnull transfer_complaint(const transfer *_Nonnull one);
int transfer_file_error(const transfer *_Nonnull one);
/// The address in digits.
const char *_Nonnull transfer_refused(const transfer *_Nonnull one);
/// HTTP's status; 0 before there is one.
long transfer_status(const transfer *_Nonnull one);
/// Bytes that the file has by now.
int64_t transfer_file_bytes(const transfer *_Nonnull one);
/// Bytes of the whole file, of which the body may be a part, as its server says; -1 where it does not.
int64_t transfer_total_bytes(const transfer *_Nonnull one);
/// Whether the length of the body was told, or it came in chunks: whether its end is known to be its end.
bool transfer_length_is_known(const transfer *_Nonnull one);
/// Where the answer says to go, as it says it; null where it says nothing of the kind.
const char *_Nullable transfer_location(const transfer *_Nonnull one);

/// Headers of the answer; empty where missing or over 512 bytes.
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

/// Seconds since 1970 of a date as HTTP writes it; -1 where it is none.
int64_t http_date(const char *_Nonnull text);

#endif
