#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPlatform.h"

// Numbers of the kernel's interface, which never change. The C library's headers may be older than the kernel.
enum { number_of_landlock_create = 444, number_of_landlock_add = 445, number_of_landlock_restrict = 446 };

#define RIGHT(bit) (UINT64_C(1) << (bit))
enum { READ_FILE = 2, READ_DIR = 3 };

struct ruleset { uint64_t files, network, scopes; };
struct __attribute__((packed)) beneath { uint64_t allowed; int32_t folder; };

int system_landlock_version(void) {
  long version = syscall(number_of_landlock_create, NULL, 0, 1u);
  return version < 0 ? 0 : (int)version;
}

// The file rights that a version of the interface knows: 13 at first, then REFER (2), TRUNCATE (3), IOCTL_DEV (5).
static uint64_t known_file_rights(int version) {
  int count = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
  return RIGHT(count) - 1;
}

// The paths that libcurl, its TLS library and the resolver read at work: settings, certificates, further libraries. Files of
// users are not among them, because a downloading worker can send what it can read. A rule applies to the target of a symbolic
// link, so the list can contain a file in addition to its folder.
static const char *const settings[] = {
  "/etc", "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl/certs", "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt", "/var/lib/ca-certificates", "/run/systemd/resolve", "/run/resolvconf",
  "/run/NetworkManager", "/usr", "/lib", "/lib32", "/lib64", "/opt", "/nix/store", "/gnu/store", "/proc/sys", "/dev/null",
  "/dev/random", "/dev/urandom",
};
// Environment variables that contain further paths, separated by colons.
static const char *const settings_variables[] = {"SSL_CERT_FILE", "SSL_CERT_DIR", "LD_LIBRARY_PATH"};

// A path that does not exist needs no rule.
static int allow_reading(int set, const char *path) {
  struct beneath rule = {.folder = open(path, O_PATH | O_CLOEXEC)};
  if (rule.folder < 0) return 0;
  struct stat status;
  int error = fstat(rule.folder, &status) == 0 ? 0 : errno;
  rule.allowed = RIGHT(READ_FILE) | (S_ISDIR(status.st_mode) ? RIGHT(READ_DIR) : 0);
  if (error == 0 && syscall(number_of_landlock_add, set, 1, &rule, 0u) != 0) error = errno;
  close(rule.folder);
  return error;
}

static int allow_reading_all(int set, const char *paths) {
  while (*paths != '\0') {
    char path[PATH_MAX];
    size_t length = strcspn(paths, ":");
    if (length > 0 && length < sizeof path) {
      memcpy(path, paths, length);
      path[length] = '\0';
      int error = allow_reading(set, path);
      if (error != 0) return error;
    }
    paths += length + (paths[length] == ':');
  }
  return 0;
}

static int allow_reading_settings(int set) {
  int error = 0;
  for (size_t index = 0; error == 0 && index < sizeof settings / sizeof settings[0]; ++index) {
    error = allow_reading(set, settings[index]);
  }
  for (size_t index = 0; error == 0 && index < sizeof settings_variables / sizeof settings_variables[0]; ++index) {
    const char *paths = getenv(settings_variables[index]);
    if (paths != NULL) error = allow_reading_all(set, paths);
  }
  return error;
}

int system_landlock_restrict(enum system_worker_kind kind) {
  int version = system_landlock_version();
  if (version == 0) return ENOSYS;
  struct ruleset rules = {.files = known_file_rights(version)};
  size_t size = 8;
  if (version >= 4) {
    // Bind and connect of TCP, except for a downloading worker.
    rules.network = kind == SYSTEM_WORKER_IMAGES ? 3 : 0;
    size = 16;
  }
  if (version >= 6) {
    rules.scopes = 3;  // abstract sockets of, and signals to, outside processes
    size = 24;
  }
  int set = (int)syscall(number_of_landlock_create, &rules, size, 0u);
  if (set < 0) return errno;
  int error = kind == SYSTEM_WORKER_DOWNLOADS ? allow_reading_settings(set) : 0;
  // E2BIG if 16 layers are in force already, such as those of a container or a service manager.
  if (error == 0 && syscall(number_of_landlock_restrict, set, 0u) != 0) error = errno;
  close(set);
  return error;
}
