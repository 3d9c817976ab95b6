#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CPlatform.h"

#include <unistd.h>

#ifdef __linux__
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

// The kernel rejects a mask that is smaller than its own, so the mask grows until it fits.
static int affinity_count(void) {
  for (int bits = 1024; bits <= 1 << 20; bits *= 2) {
    cpu_set_t *set = CPU_ALLOC(bits);
    if (set == NULL) return 0;
    size_t size = CPU_ALLOC_SIZE(bits);
    int failed = sched_getaffinity(0, size, set);
    int count = failed ? 0 : CPU_COUNT_S(size, set);
    int error = errno;
    CPU_FREE(set);
    if (!failed) return count;
    if (error != EINVAL) return 0;
  }
  return 0;
}
#else
static int affinity_count(void) { return 0; }
#endif

int system_affinity_core_count(void) {
  int count = affinity_count();
  if (count < 1) count = (int)sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count;
}
