#ifndef CCURL_LIBRARY_H
#define CCURL_LIBRARY_H

#include <stddef.h>
#include <time.h>

#include "abi.h"

/// libcurl's functions. Valid once the library is open.
typedef struct {
  int (*global_init)(long);
  void (*free)(void *);
  time_t (*getdate)(const char *, const time_t *);

  abi_easy *(*easy_init)(void);
  void (*easy_cleanup)(abi_easy *);
  int (*easy_setopt)(abi_easy *, int, ...);
  int (*easy_getinfo)(abi_easy *, int, ...);
  const char *(*easy_strerror)(int);

  struct abi_slist *(*slist_append)(struct abi_slist *, const char *);
  void (*slist_free_all)(struct abi_slist *);

  abi_multi *(*multi_init)(void);
  int (*multi_cleanup)(abi_multi *);
  int (*multi_setopt)(abi_multi *, int, ...);
  int (*multi_add_handle)(abi_multi *, abi_easy *);
  int (*multi_remove_handle)(abi_multi *, abi_easy *);
  int (*multi_perform)(abi_multi *, int *);
  int (*multi_poll)(abi_multi *, abi_waitfd *, unsigned int, int, int *);
  abi_message *(*multi_info_read)(abi_multi *, int *);

  abi_url *(*url)(void);
  void (*url_cleanup)(abi_url *);
  int (*url_set)(abi_url *, int, const char *, unsigned int);
  int (*url_get)(abi_url *, int, char **, unsigned int);
} curl_functions;

extern curl_functions curl;

#endif
