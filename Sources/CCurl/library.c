#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "CCurl.h"

curl_functions curl;

static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};

/// The member for each function, and its name. A missing function means a libcurl from before 2020.
#define FUNCTION(member) {offsetof(curl_functions, member), "curl_" #member}
static const struct {
  size_t place;
  const char *name;
} functions[] = {
    FUNCTION(global_init),          FUNCTION(free),                 FUNCTION(getdate),
    FUNCTION(easy_init),            FUNCTION(easy_cleanup),         FUNCTION(easy_setopt),
    FUNCTION(easy_getinfo),         FUNCTION(easy_strerror),        FUNCTION(slist_append),
    FUNCTION(slist_free_all),       FUNCTION(multi_init),           FUNCTION(multi_cleanup),
    FUNCTION(multi_setopt),         FUNCTION(multi_add_handle),     FUNCTION(multi_remove_handle),
    FUNCTION(multi_perform),        FUNCTION(multi_poll),           FUNCTION(multi_info_read),
    FUNCTION(url),                  FUNCTION(url_cleanup),          FUNCTION(url_set),
    FUNCTION(url_get),
};

static const char *open_library(void) {
  void *library = NULL;
  const char *complaint = NULL;
  for (size_t i = 0; library == NULL && i < sizeof names / sizeof *names; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    // Reports the error for the usual name, not those for the others.
    if (library == NULL && complaint == NULL) complaint = strdup(dlerror());
  }
  if (library == NULL) return complaint != NULL ? complaint : "out of memory";
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    void *function = dlsym(library, functions[i].name);
    if (function == NULL) return "it is older than 7.66";
    memcpy((char *)&curl + functions[i].place, &function, sizeof function);
  }
  return curl.global_init(ABI_GLOBAL_ALL) == ABI_OK ? NULL : "it cannot be set up";
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *complaint;

static void open_once(void) { complaint = open_library(); }

const char *curl_library_open(void) {
  pthread_once(&once, open_once);
  return complaint;
}

int64_t http_date(const char *text) { return curl.getdate(text, NULL); }
