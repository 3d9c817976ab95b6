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

// The environment for a worker, in memory to be freed: ours, with one variable more, and without Swift's own backtraces. A
// worker that crashes is to end at once; its parent tells what happened.
static char **worker_environment(const char *variable) {
  static const char no_backtrace[] = "SWIFT_BACKTRACE=enable=no";
  size_t count = 0;
  while (environ[count] != NULL) {
    ++count;
  }
  char **result = malloc((count + 3) * sizeof *result);
  if (result == NULL) {
    return NULL;
  }
  size_t kept = 0;
  for (size_t index = 0; index < count; ++index) {
    if (strncmp(environ[index], no_backtrace, strlen("SWIFT_BACKTRACE=")) != 0) {
      result[kept++] = environ[index];
    }
  }
  result[kept++] = (char *)no_backtrace;
  if (variable != NULL) {
    result[kept++] = (char *)variable;
  }
  result[kept] = NULL;
  return result;
}

int system_spawn_worker(const char *path, int socket, const char *variable, pid_t *process) {
  posix_spawn_file_actions_t actions;
  int status = posix_spawn_file_actions_init(&actions);
  if (status != 0) {
    return status;
  }
  // The socket becomes standard input; standard output joins standard error, so that a stray print harms no reply.
  status = posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  if (status == 0) {
    status = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  }
  if (status == 0) {
    char *const arguments[] = {(char *)path, NULL};
    char **environment = worker_environment(variable);
    posix_spawnattr_t attributes;
    status = environment == NULL ? ENOMEM : posix_spawnattr_init(&attributes);
    if (status == 0) {
      // Threads of a pool block signals, and a worker would inherit that.
      sigset_t none;
      sigemptyset(&none);
      posix_spawnattr_setsigmask(&attributes, &none);
      posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
      status = posix_spawn(process, path, &actions, &attributes, arguments, environment);
      posix_spawnattr_destroy(&attributes);
    }
    free(environment);
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
  if (pipe(ends) != 0) {
    return errno;
  }
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return 0;
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
