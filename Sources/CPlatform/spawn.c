#define _GNU_SOURCE
#include <limits.h>
#include <spawn.h>
#include <stddef.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "CPlatform.h"

extern char **environ;

int system_spawn_worker(const char *path, int socket, pid_t *process) {
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
    status = posix_spawn(process, path, &actions, NULL, arguments, environ);
  }
  posix_spawn_file_actions_destroy(&actions);
  return status;
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
