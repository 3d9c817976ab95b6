#ifndef CCURL_ABI_H
#define CCURL_ABI_H

// The part of libcurl's interface that is used here. libcurl is opened at run time, so building does not need its headers. These
// numbers are its binary interface, which has not changed since they were assigned. If the headers are installed, abi_check.c
// compares the numbers with them.

#include <stdint.h>
#include <sys/socket.h>

typedef void abi_easy;
typedef void abi_multi;
typedef void abi_url;

enum { ABI_GLOBAL_ALL = 3 };

enum {
  ABI_OK = 0,
  ABI_COULDNT_RESOLVE_PROXY = 5,
  ABI_COULDNT_RESOLVE_HOST = 6,
  ABI_PARTIAL_FILE = 18,
  ABI_OPERATION_TIMEDOUT = 28,
  ABI_SSL_CONNECT_ERROR = 35,
  ABI_FILESIZE_EXCEEDED = 63,
  ABI_PEER_FAILED_VERIFICATION = 60,
};

enum {
  ABI_OPT_ACCEPT_ENCODING = 10102,
  ABI_OPT_CONNECTTIMEOUT_MS = 156,
  ABI_OPT_ERRORBUFFER = 10010,
  ABI_OPT_HEADERDATA = 10029,
  ABI_OPT_HEADERFUNCTION = 20079,
  ABI_OPT_HTTPHEADER = 10023,
  ABI_OPT_HTTP_CONTENT_DECODING = 158,
  ABI_OPT_NOPROXY = 10177,
  ABI_OPT_NOSIGNAL = 99,
  ABI_OPT_OPENSOCKETDATA = 10164,
  ABI_OPT_OPENSOCKETFUNCTION = 20163,
  ABI_OPT_PASSWORD = 10174,
  ABI_OPT_PRIVATE = 10103,
  ABI_OPT_PROTOCOLS = 181,
  ABI_OPT_PROXY = 10004,
  ABI_OPT_TIMEOUT_MS = 155,
  ABI_OPT_URL = 10002,
  ABI_OPT_USERAGENT = 10018,
  ABI_OPT_USERNAME = 10173,
  ABI_OPT_WRITEDATA = 10001,
  ABI_OPT_WRITEFUNCTION = 20011,
};

enum { ABI_PROTOCOL_HTTP = 1, ABI_PROTOCOL_HTTPS = 2 };

enum { ABI_INFO_RESPONSE_CODE = 0x200002, ABI_INFO_PRETRANSFER_TIME = 0x300006, ABI_INFO_PRIVATE = 0x100015 };

enum { ABI_MULTI_OPT_PIPELINING = 3, ABI_MULTI_OPT_MAXCONNECTS = 6 };

enum { ABI_PIPE_NOTHING = 0 };

enum { ABI_ERROR_SIZE = 256, ABI_SOCKET_BAD = -1 };

enum {
  ABI_URL_PART_URL = 0,
  ABI_URL_PART_SCHEME = 1,
  ABI_URL_PART_USER = 2,
  ABI_URL_PART_PASSWORD = 3,
  ABI_URL_PART_HOST = 5,
  ABI_URL_PART_PORT = 6,
  ABI_URL_PART_PATH = 7,
  ABI_URL_PART_FRAGMENT = 9,
  ABI_URL_DEFAULT_PORT = 1,
  ABI_URL_URLDECODE = 1 << 6,
  ABI_URL_URLENCODE = 1 << 7,
};

enum { ABI_MESSAGE_DONE = 1 };

typedef struct {
  int kind;
  abi_easy *easy;
  union {
    void *unused;
    int result;
  } data;
} abi_message;

typedef struct {
  int family;
  int socktype;
  int protocol;
  unsigned int addrlen;
  struct sockaddr addr;
} abi_sockaddr;

enum { ABI_WAIT_POLLIN = 1 };

typedef struct {
  int fd;
  short events;
  short revents;
} abi_waitfd;

struct abi_slist;

#endif
