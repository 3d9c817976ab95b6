#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>

// Numbers of the kernel's interface, which never change: a C library's headers may be older than the kernel, and ours is.
enum { number_of_landlock_create = 444, number_of_landlock_add = 445, number_of_landlock_restrict = 446 };

bool system_end_with_parent(pid_t parent) {
  // The parent may have ended before the wish was heard: then somebody else is the parent by now.
  return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

void system_forbid_new_privileges(void) { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
#else
bool system_end_with_parent(pid_t parent) { return getppid() == parent; }
void system_forbid_new_privileges(void) {}
#endif

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SHADOW_MEMORY
#endif
#endif

static void lower(int resource, rlim_t value) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0) return;
  if (limit.rlim_max < value) value = limit.rlim_max;
  limit = (struct rlimit){value, value};
  setrlimit(resource, &limit);
}

void system_limit_resources(uint64_t address_bytes, unsigned descriptors) {
  lower(RLIMIT_CORE, 0);
  lower(RLIMIT_NOFILE, descriptors);
#ifdef HAS_SHADOW_MEMORY
  address_bytes = 0;  // a sanitizer takes terabytes of address space for itself, and little memory
#endif
  if (address_bytes > 0) lower(RLIMIT_AS, address_bytes);
}

void system_limit_processor_time(uint64_t more_seconds) {
  struct rusage usage;
  struct rlimit limit;
  if (getrusage(RUSAGE_SELF, &usage) != 0 || getrlimit(RLIMIT_CPU, &limit) != 0) return;
  rlim_t used = (rlim_t)usage.ru_utime.tv_sec + (rlim_t)usage.ru_stime.tv_sec + 2;
  limit.rlim_cur = used + more_seconds < limit.rlim_max ? used + more_seconds : limit.rlim_max;
  setrlimit(RLIMIT_CPU, &limit);
}

// MARK: - Landlock

#ifdef __linux__
#define RIGHT(bit) (UINT64_C(1) << (bit))

/// Rights over files by the bits of the kernel's interface; each version of it knows the first so many.
enum { WRITE_FILE = 1, READ_DIR = 3, REMOVE_FILE = 5, MAKE_DIR = 7, MAKE_REG = 8, REFER = 13, TRUNCATE = 14 };

struct ruleset { uint64_t files, network, scopes; };
struct __attribute__((packed)) beneath { uint64_t allowed; int32_t folder; };

int system_landlock_version(void) {
  long version = syscall(number_of_landlock_create, NULL, 0, 1u);
  return version < 0 ? 0 : (int)version;
}

static uint64_t known_file_rights(int version) {
  // 13 rights at first, then REFER, TRUNCATE and (5) IOCTL_DEV.
  int count = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
  return RIGHT(count) - 1;
}

int system_confine_to_folder(const char *folder) {
  int version = system_landlock_version();
  if (version == 0) return ENOSYS;
  uint64_t known = known_file_rights(version);
  struct ruleset rules = {.files = known};
  size_t size = 8;
  if (version >= 4) {
    rules.network = 3;  // bind and connect of TCP
    size = 16;
  }
  if (version >= 6) {
    rules.scopes = 3;  // abstract sockets and signals, to processes outside
    size = 24;
  }
  int set = (int)syscall(number_of_landlock_create, &rules, size, 0u);
  if (set < 0) return errno;
  struct beneath rule = {.folder = open(folder, O_PATH | O_CLOEXEC | O_DIRECTORY)};
  int error = 0;
  if (rule.folder < 0) {
    error = errno;
  } else {
    rule.allowed = known & (RIGHT(WRITE_FILE) | RIGHT(READ_DIR) | RIGHT(REMOVE_FILE) | RIGHT(MAKE_DIR) |
                            RIGHT(MAKE_REG) | RIGHT(REFER) | RIGHT(TRUNCATE));
    if (syscall(number_of_landlock_add, set, 1, &rule, 0u) != 0 ||
        syscall(number_of_landlock_restrict, set, 0u) != 0) {
      error = errno;
    }
    close(rule.folder);
  }
  close(set);
  return error;
}
#else
int system_landlock_version(void) { return 0; }
int system_confine_to_folder(const char *folder) { return ENOSYS; }
#endif
