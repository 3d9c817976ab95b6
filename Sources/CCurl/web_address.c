#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#include <string.h>

#include "CCurl.h"
#include "library.h"

/// Parts are libcurl's memory.
struct web_address {
  char *text;
  char *scheme;
  char *host;
  char *port;
  char *path;
  bool has_user;
};

static char *part(abi_url *url, int which, unsigned int flags) {
  char *text = NULL;
  return curl.url_get(url, which, &text, flags) == ABI_OK ? text : NULL;
}

static bool has_part(abi_url *url, int which) {
  char *text = part(url, which, 0);
  if (text != NULL) curl.free(text);
  return text != NULL;
}

web_address *web_address_create(const char *text) {
  web_address *address = calloc(1, sizeof *address);
  abi_url *url = curl.url();
  if (address != NULL && url != NULL && curl.url_set(url, ABI_URL_PART_URL, text, ABI_URL_URLENCODE) == ABI_OK) {
    curl.url_set(url, ABI_URL_PART_FRAGMENT, NULL, 0);
    address->text = part(url, ABI_URL_PART_URL, 0);
    address->scheme = part(url, ABI_URL_PART_SCHEME, 0);
    address->host = part(url, ABI_URL_PART_HOST, 0);
    address->port = part(url, ABI_URL_PART_PORT, ABI_URL_DEFAULT_PORT);
    address->path = part(url, ABI_URL_PART_PATH, 0);
    address->has_user = has_part(url, ABI_URL_PART_USER) || has_part(url, ABI_URL_PART_PASSWORD);
  }
  if (url != NULL) curl.url_cleanup(url);
  if (address == NULL) return NULL;
  bool is_whole = address->text && address->scheme && address->host && address->host[0] && address->port &&
                  address->path;
  if (is_whole && (strcmp(address->scheme, "http") == 0 || strcmp(address->scheme, "https") == 0)) return address;
  web_address_destroy(address);
  return NULL;
}

void web_address_destroy(web_address *address) {
  char *parts[] = {address->text, address->scheme, address->host, address->port, address->path};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (parts[i] != NULL) curl.free(parts[i]);
  free(address);
}

const char *web_address_text(const web_address *address) { return address->text; }
const char *web_address_scheme(const web_address *address) { return address->scheme; }
const char *web_address_host(const web_address *address) { return address->host; }
const char *web_address_port(const web_address *address) { return address->port; }
const char *web_address_path(const web_address *address) { return address->path; }
bool web_address_has_user(const web_address *address) { return address->has_user; }
