#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <time.h>

#include "CPlatform.h"

static uint64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t system_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }

uint64_t system_thread_cpu_nanoseconds(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }
