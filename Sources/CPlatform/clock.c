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

uint64_t system_wall_clock_nanoseconds(void) { return nanoseconds(CLOCK_REALTIME); }

/// The clock that a test gave to the thread; `step` is 0 if there is none.
static _Thread_local struct {
  uint64_t now, step, readings;
} stepping;

uint64_t system_deadline_clock(void) {
  if (stepping.step == 0) return system_monotonic_nanoseconds();
  ++stepping.readings;
  return stepping.now += stepping.step;
}

bool system_deadline_has_passed(uint64_t deadline) { return deadline != 0 && system_deadline_clock() >= deadline; }

uint64_t system_step_deadline_clock(uint64_t step) {
  const uint64_t readings = stepping.readings;
  stepping.now = stepping.readings = 0;
  stepping.step = step;
  return readings;
}

uint64_t system_thread_cpu_nanoseconds(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }
