#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdatomic.h>
#include <stdlib.h>
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

/// What ends the current work of the thread early; null if nothing does.
static _Thread_local const atomic_bool *cancellation;

bool system_deadline_has_passed(uint64_t deadline) {
  if (cancellation != NULL && atomic_load_explicit(cancellation, memory_order_acquire)) return true;
  return deadline != 0 && system_deadline_clock() >= deadline;
}

struct system_cancellation {
  atomic_bool is_cancelled;
};

system_cancellation *system_cancellation_create(void) { return calloc(1, sizeof(system_cancellation)); }

void system_cancellation_destroy(system_cancellation *flag) { free(flag); }

void system_cancellation_cancel(system_cancellation *flag) {
  atomic_store_explicit(&flag->is_cancelled, true, memory_order_release);
}

bool system_cancellation_is_cancelled(const system_cancellation *flag) {
  return atomic_load_explicit(&flag->is_cancelled, memory_order_acquire);
}

void system_cancellation_watch(const system_cancellation *flag) {
  cancellation = flag == NULL ? NULL : &flag->is_cancelled;
}

uint64_t system_step_deadline_clock(uint64_t step) {
  const uint64_t readings = stepping.readings;
  stepping.now = stepping.readings = 0;
  stepping.step = step;
  return readings;
}

uint64_t system_thread_cpu_nanoseconds(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }
