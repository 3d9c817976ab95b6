#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#include <string.h>

#include "CCurl.h"
#include "library.h"

/// libcurl owns the memory of these strings.
struct web_address {
  char *text;
  char *scheme;
  char *host;
  char *port;
  char *path;
  /// Decoded; null for none.
  char *user;
  char *password;
};

static char *part(abi_url *url, int which, unsigned int flags) {
  char *text = NULL;
  return curl.url_get(url, which, &text, flags) == ABI_OK ? text : NULL;
}

/// A part of the login, decoded. False if it decodes to something that no header may contain.
static bool take_secret(abi_url *url, int which, char **secret) {
  char *raw = part(url, which, 0);
  if (raw == NULL) return true;
  curl.free(raw);
  *secret = part(url, which, ABI_URL_URLDECODE);
  return *secret != NULL;
}

static bool read_text(abi_url *url, const char *text, const char *base, const char *host) {
  if (base != NULL && curl.url_set(url, ABI_URL_PART_URL, base, 0) != ABI_OK) return false;
  if (curl.url_set(url, ABI_URL_PART_URL, text, ABI_URL_URLENCODE) != ABI_OK) return false;
  if (host != NULL && curl.url_set(url, ABI_URL_PART_HOST, host, 0) != ABI_OK) return false;
  return curl.url_set(url, ABI_URL_PART_FRAGMENT, NULL, 0) == ABI_OK;
}

/// Keeps the login separate, so that no text that is shown, sent or stored contains it.
static bool take_parts(web_address *address, abi_url *url) {
  if (!take_secret(url, ABI_URL_PART_USER, &address->user)) return false;
  if (!take_secret(url, ABI_URL_PART_PASSWORD, &address->password)) return false;
  curl.url_set(url, ABI_URL_PART_USER, NULL, 0);
  curl.url_set(url, ABI_URL_PART_PASSWORD, NULL, 0);
  address->text = part(url, ABI_URL_PART_URL, 0);
  address->scheme = part(url, ABI_URL_PART_SCHEME, 0);
  address->host = part(url, ABI_URL_PART_HOST, 0);
  address->port = part(url, ABI_URL_PART_PORT, ABI_URL_DEFAULT_PORT);
  address->path = part(url, ABI_URL_PART_PATH, 0);
  return address->text && address->scheme && address->host && address->host[0] && address->port && address->path &&
         (strcmp(address->scheme, "http") == 0 || strcmp(address->scheme, "https") == 0);
}

web_address *web_address_create(const char *text, const char *base, const char *host) {
  web_address *address = calloc(1, sizeof *address);
  abi_url *url = curl.url();
  bool is_whole = address != NULL && url != NULL && read_text(url, text, base, host) && take_parts(address, url);
  if (url != NULL) curl.url_cleanup(url);
  if (is_whole) return address;
  if (address != NULL) web_address_destroy(address);
  return NULL;
}

void web_address_destroy(web_address *address) {
  char *parts[] = {address->text, address->scheme, address->host,    address->port,
                   address->path, address->user,   address->password};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (parts[i] != NULL) curl.free(parts[i]);
  free(address);
}

const char *web_address_text(const web_address *address) { return address->text; }
const char *web_address_scheme(const web_address *address) { return address->scheme; }
const char *web_address_host(const web_address *address) { return address->host; }
const char *web_address_port(const web_address *address) { return address->port; }
const char *web_address_path(const web_address *address) { return address->path; }
const char *web_address_user(const web_address *address) { return address->user; }
const char *web_address_password(const web_address *address) { return address->password; }
