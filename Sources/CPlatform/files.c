#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
#include <sys/syscall.h>
#include <unistd.h>

#include "CPlatform.h"

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status;
  (void)kind;
  (void)place;
  return remove(path);
}

int system_remove_tree(const char *path) {
  return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : errno;
}

int system_drop_cached_pages(int file) {
#ifdef __linux__
  return posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
#else
  (void)file;
  return ENOTSUP;
#endif
}

int64_t system_file_system_type(const char *path) {
#ifdef __linux__
  struct statfs facts;
  // Some systems store the number in 32 bits with a sign.
  return statfs(path, &facts) == 0 ? (int64_t)(uint32_t)facts.f_type : 0;
#else
  (void)path;
  return 0;
#endif
}
int system_file_status(int file, void *status) { return (int)syscall(SYS_fstat, file, status); }
