// Interposes between a program and the C library (LD_PRELOAD), logs the calls that files depend on, and can make one of them fail
// or end the process. For tests: it needs no tracer, no root and no full disk.
//
// CALL_LOG    the file for the log, one line per call; it must exist.
// CALL_FAULT  "CALL SUFFIX FAULT SKIP": what happens to calls with that name on a path with that suffix, after SKIP such calls.
//             FAULT is an error number, or "kill". A write that fails has written half of its bytes.
//
// The log is shared memory, because worker processes may not open files.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { log_size = 1 << 20 };

static struct account {
  atomic_int skip;
  atomic_size_t used;
  char text[];
} *account;

static char fault_call[16];
static char fault_suffix[64];
static int fault_error;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("CALL_LOG");
  int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) {
    return;
  }
  struct stat status;
  int is_new = fstat(file, &status) == 0 && status.st_size == 0;
  if (ftruncate(file, log_size) == 0) {
    void *memory = mmap(NULL, log_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED) {
      account = memory;
    }
  }
  close(file);
  char error[16];
  int skip = 0;
  const char *fault = getenv("CALL_FAULT");
  if (account == NULL || fault == NULL ||
      sscanf(fault, "%15s %63s %15s %d", fault_call, fault_suffix, error, &skip) != 4) {
    fault_call[0] = '\0';
    return;
  }
  fault_error = strcmp(error, "kill") == 0 ? -1 : atoi(error);
  if (is_new) {
    account->skip = skip;
  }
}

static int ends(const char *text, const char *end) {
  size_t length = strlen(text), count = strlen(end);
  return length >= count && strcmp(text + length - count, end) == 0;
}

// Whether a call must fail, with `errno` set.
static int fails(const char *call, const char *path) {
  if (account == NULL || fault_call[0] == '\0' || strcmp(call, fault_call) != 0 || !ends(path, fault_suffix) ||
      atomic_fetch_sub(&account->skip, 1) > 0) {
    return 0;
  }
  if (fault_error < 0) {
    kill(getpid(), SIGKILL);
  }
  errno = fault_error;
  return 1;
}

// Logs a call. Returns whether it must fail.
static int note(const char *call, const char *path) {
  if (account == NULL) {
    return 0;
  }
  char line[8192];
  int count = snprintf(line, sizeof line, "%s %s\n", call, path);
  size_t start = atomic_fetch_add(&account->used, (size_t)count);
  if (start + (size_t)count < log_size - sizeof *account) {
    memcpy(account->text + start, line, (size_t)count);
  }
  return fails(call, path);
}

static int note_file(const char *call, int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t count = readlink(link, path, sizeof path - 1);
  path[count < 0 ? 0 : count] = '\0';
  return note(call, path);
}

// The next function of the same name.
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fdatasync(int file) { return note_file("fdatasync", file) ? -1 : NEXT(fdatasync)(file); }

int fsync(int file) { return note_file("fsync", file) ? -1 : NEXT(fsync)(file); }

int rename(const char *from, const char *to) { return note("rename", to) ? -1 : NEXT(rename)(from, to); }

// The path of a name in an open folder.
static const char *path_in(int folder, const char *name, char path[static 8192]) {
  if (folder == AT_FDCWD || name[0] == '/') {
    return name;
  }
  char link[64], start[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t count = readlink(link, start, sizeof start - 1);
  start[count < 0 ? 0 : count] = '\0';
  snprintf(path, 8192, "%s/%s", start, name);
  return path;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  char path[8192];
  return note("rename", path_in(to_folder, to, path)) ? -1 : NEXT(renameat)(from_folder, from, to_folder, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags) {
  char path[8192];
  return note("rename", path_in(to_folder, to, path)) ? -1 : NEXT(renameat2)(from_folder, from, to_folder, to, flags);
}

ssize_t write(int file, const void *bytes, size_t count) {
  // Only regular files are logged.
  struct stat status;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && note_file("write", file)) {
    int error = errno;
    ssize_t ignored = NEXT(write)(file, bytes, count / 2);
    (void)ignored;
    errno = error;
    return -1;
  }
  return NEXT(write)(file, bytes, count);
}

// Opening is not logged, but can fail. Opening that truncates a file is logged.
static int note_open(const char *path, int flags) {
  return fails("open", path) || ((flags & O_TRUNC) && note("truncate", path));
}

#define OPEN_MODE                                                                                                      \
  mode_t mode = 0;                                                                                                     \
  if (flags & (O_CREAT | __O_TMPFILE)) {                                                                               \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    mode = va_arg(rest, mode_t);                                                                                       \
    va_end(rest);                                                                                                      \
  }

int open(const char *path, int flags, ...) {
  OPEN_MODE
  return note_open(path, flags) ? -1 : NEXT(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  OPEN_MODE
  return note_open(path, flags) ? -1 : NEXT(open64)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
  OPEN_MODE
  char whole[8192];
  return note_open(path_in(folder, path, whole), flags) ? -1 : NEXT(openat)(folder, path, flags, mode);
}
