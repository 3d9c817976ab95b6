#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <time.h>

#include "CPlatform.h"

uint64_t system_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
