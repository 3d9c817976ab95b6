#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "CPlatform.h"

extern char **environ;

// The variables that a worker inherits: the paths of its libraries and certificates, the choice of the instruction set, and the
// options of sanitizers. A worker needs nothing else.
static const char *const kept_variables[] = {
  "LD_LIBRARY_PATH=", "IMGBATCH_SIMD=", "SSL_CERT_FILE=", "SSL_CERT_DIR=", "ASAN_OPTIONS=", "LSAN_OPTIONS=", "TSAN_OPTIONS=",
  "UBSAN_OPTIONS=",
#ifdef DEBUG
  "IMGBATCH_FAULT=",
#endif
};
enum { kept_count = sizeof kept_variables / sizeof kept_variables[0] };

// A worker that crashes ends at once, without Swift's backtrace.
static const char no_backtrace[] = "SWIFT_BACKTRACE=enable=no";

// Fills the environment of a worker. `result` has room for all kept variables and three more entries.
static void make_worker_environment(const char **result, const char *variable) {
  size_t count = 0;
  for (size_t kept = 0; kept < kept_count; ++kept) {
    for (char **entry = environ; *entry != NULL; ++entry) {
      if (strncmp(*entry, kept_variables[kept], strlen(kept_variables[kept])) == 0) {
        result[count++] = *entry;
        break;
      }
    }
  }
  result[count++] = no_backtrace;
  if (variable != NULL) result[count++] = variable;
  result[count] = NULL;
}

int system_spawn_worker(const char *path, int socket, int errors, const char *variable, pid_t *process) {
  posix_spawn_file_actions_t actions;
  int status = posix_spawn_file_actions_init(&actions);
  if (status != 0) {
    return status;
  }
  // Standard output is joined with standard error, so that a stray print does not corrupt a reply.
  status = posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  if (status == 0) {
    status = posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  }
  if (status == 0) {
    status = posix_spawn_file_actions_adddup2(&actions, errors, STDOUT_FILENO);
  }
  posix_spawnattr_t attributes;
  if (status == 0 && (status = posix_spawnattr_init(&attributes)) == 0) {
    // The threads of a pool block signals, and a worker would inherit that mask.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    char *const arguments[] = {(char *)path, NULL};
    const char *environment[kept_count + 3];
    make_worker_environment(environment, variable);
    status = posix_spawn(process, path, &actions, &attributes, arguments, (char *const *)environment);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return status;
}

int system_spawn_measured(const char *path, const char *const *arguments, int output, int errors, pid_t *process) {
  posix_spawn_file_actions_t actions;
  int status = posix_spawn_file_actions_init(&actions);
  if (status != 0) {
    return status;
  }
  status = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (status == 0) {
    status = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  }
  if (status == 0) {
    status = posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  }
  posix_spawnattr_t attributes;
  if (status == 0 && (status = posix_spawnattr_init(&attributes)) == 0) {
    // A separate process group: Ctrl-C reaches the program once, through this process. A second signal would mean to end at once.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    status = posix_spawn(process, path, &actions, &attributes, (char *const *)arguments, environ);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return status;
}

int system_private_pipe(int *ends) {
  // Close-on-exec from the start, because another thread may start a program at any time.
  return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
}

int system_memory_file(int *file) {
  *file = memfd_create("imgbatch", MFD_CLOEXEC);
  return *file >= 0 ? 0 : errno;
}

const char *system_executable_path(void) {
  static char path[PATH_MAX];
#ifdef __APPLE__
  uint32_t size = sizeof path;
  return _NSGetExecutablePath(path, &size) == 0 ? path : NULL;
#else
  ssize_t count = readlink("/proc/self/exe", path, sizeof path - 1);
  if (count <= 0) {
    return NULL;
  }
  path[count] = '\0';
  return path;
#endif
}
