// Looks for libraries without opening them.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader.h"

static bool is_in_folder(const char *name) {
  static const char *const folders[] = {
#if defined(__x86_64__)
    "/usr/lib/x86_64-linux-gnu/",
#elif defined(__aarch64__)
    "/usr/lib/aarch64-linux-gnu/",
#endif
    "/usr/local/lib/", "/usr/lib64/", "/usr/lib/",
  };
  for (size_t index = 0; index < sizeof folders / sizeof folders[0]; ++index) {
    char path[128];
    snprintf(path, sizeof path, "%s%s", folders[index], name);
    if (access(path, R_OK) == 0) return true;
  }
  return false;
}

/// The cache of ld.so(8) contains the names of libraries, each with a NUL.
static bool is_in_cache(const char *name) {
  const int file = open("/etc/ld.so.cache", O_RDONLY | O_CLOEXEC);
  struct stat status;
  bool found = false;
  if (file >= 0 && fstat(file, &status) == 0 && status.st_size > 0 && status.st_size < 16 << 20) {
    char *bytes = malloc((size_t)status.st_size);
    if (bytes && read(file, bytes, (size_t)status.st_size) == status.st_size) {
      found = memmem(bytes, (size_t)status.st_size, name, strlen(name) + 1) != NULL;
    }
    free(bytes);
  }
  if (file >= 0) close(file);
  return found;
}

bool runtime_library_is_installed(runtime_format format) {
  const char *const *names = runtime_codec_of(format)->names;
  for (const char *const *name = names; *name; ++name) {
    if (is_in_folder(*name)) return true;
  }
  for (const char *const *name = names; *name; ++name) {
    if (is_in_cache(*name)) return true;
  }
  return false;
}
