#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "CPlatform.h"

extern char **environ;

// Variables that a worker gets of ours: where its libraries and certificates lie, and what chooses the instruction set and
// sets up a sanitizer. Nothing else is its business.
static const char *const kept_variables[] = {
  "LD_LIBRARY_PATH=", "IMGBATCH_SIMD=", "SSL_CERT_FILE=", "SSL_CERT_DIR=", "ASAN_OPTIONS=", "LSAN_OPTIONS=", "TSAN_OPTIONS=",
  "UBSAN_OPTIONS=",
#ifdef DEBUG
  "IMGBATCH_FAULT=",
#endif
};
enum { kept_count = sizeof kept_variables / sizeof kept_variables[0] };

// A worker that crashes ends at once, without Swift's own backtrace.
static const char no_backtrace[] = "SWIFT_BACKTRACE=enable=no";

// Fills the environment of a worker, which has room for all kept variables and three more entries.
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
  // Standard output joins standard error, so that a stray print harms no reply.
  status = posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  if (status == 0) {
    status = posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  }
  if (status == 0) {
    status = posix_spawn_file_actions_adddup2(&actions, errors, STDOUT_FILENO);
  }
  posix_spawnattr_t attributes;
  if (status == 0 && (status = posix_spawnattr_init(&attributes)) == 0) {
    // Threads of a pool block signals, and a worker would inherit that.
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
    // A group of its own: Ctrl-C reaches it once, through us, and its second meaning (end at once) is not meant.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    status = posix_spawn(process, path, &actions, &attributes, (char *const *)arguments, environ);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return status;
}

int system_private_pipe(int *ends) {
  // Close-on-exec at once: another thread may start a program in between.
  return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
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
