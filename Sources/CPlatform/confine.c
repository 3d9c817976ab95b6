#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPlatform.h"

// The C library's headers may be older than the kernel. Numbers of the kernel's interface never change.
enum { number_of_close_range = 436 };

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SHADOW_MEMORY
#endif
#endif

bool system_end_with_parent(pid_t parent) {
  // If the parent ended before the request took effect, another process is the parent by now.
  return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

void system_close_descriptors_from(int first) {
  if (syscall(number_of_close_range, (unsigned)first, ~0u, 0u) == 0) return;
  // Before Linux 5.9. The limit bounds the descriptors that this process can have open.
  struct rlimit limit;
  int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
  for (int number = first; number < end; ++number) close(number);
}

bool system_drop_privileges(void) {
  bool is_done = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  // A capability outside the bounding set cannot be regained. Without CAP_SETPCAP the set cannot be changed.
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
  return syscall(SYS_capset, &header, none) == 0 && is_done;
}

static void lower(int resource, rlim_t value) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0) return;
  if (limit.rlim_max < value) value = limit.rlim_max;
  limit = (struct rlimit){value, value};
  setrlimit(resource, &limit);
}

void system_limit_resources(struct system_limits limits) {
  lower(RLIMIT_CORE, 0);
  lower(RLIMIT_NOFILE, limits.descriptors);
  lower(RLIMIT_FSIZE, limits.file_bytes);
#ifndef HAS_SHADOW_MEMORY
  // A sanitizer reserves terabytes of address space, and starts a thread.
  if (limits.address_bytes > 0) lower(RLIMIT_AS, limits.address_bytes);
  // The limit counts all processes of this user, so any value but 0 would depend on what else runs.
  if (!limits.may_start_threads) lower(RLIMIT_NPROC, 0);
#endif
}

void system_limit_image_memory(uint64_t bytes, uint64_t most) {
#ifndef HAS_SHADOW_MEMORY
  struct rlimit limit;
  if (most == 0 || getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_max == RLIM_INFINITY || limit.rlim_max < most) return;
  limit.rlim_cur = bytes < most ? limit.rlim_max - (most - bytes) : limit.rlim_max;
  setrlimit(RLIMIT_AS, &limit);
#endif
}

void system_limit_processor_time(uint64_t more_seconds) {
  struct rusage usage;
  struct rlimit limit;
  if (getrusage(RUSAGE_SELF, &usage) != 0 || getrlimit(RLIMIT_CPU, &limit) != 0) return;
  rlim_t used = (rlim_t)usage.ru_utime.tv_sec + (rlim_t)usage.ru_stime.tv_sec + 2;
  limit.rlim_cur = used + more_seconds < limit.rlim_max ? used + more_seconds : limit.rlim_max;
  setrlimit(RLIMIT_CPU, &limit);
}
