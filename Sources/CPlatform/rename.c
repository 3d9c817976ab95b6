#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int system_rename_exclusively(int from_folder, const char *from, int to_folder, const char *to) {
#ifdef __linux__
  return renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE);
#else
  return renameatx_np(from_folder, from, to_folder, to, RENAME_EXCL);
#endif
}

// Numbers of the kernel's interface, which never change. The C library's headers may be older than the kernel.
enum { number_of_openat2 = 437, NO_SYMBOLIC_LINKS = 0x04, BENEATH = 0x08 };

int system_open_folder_beneath(int folder, const char *path) {
#ifdef __linux__
  struct { uint64_t flags, mode, resolve; } how = {O_PATH | O_DIRECTORY | O_CLOEXEC, 0, BENEATH | NO_SYMBOLIC_LINKS};
  return (int)syscall(number_of_openat2, folder, path, &how, sizeof how);
#else
  (void)folder;
  (void)path;
  errno = ENOSYS;
  return -1;
#endif
}
