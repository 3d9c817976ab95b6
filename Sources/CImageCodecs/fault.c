#include "fault.h"

#include <CPlatform.h>
#include <string.h>

enum {
  work_of_reading = 16 << 10,  ///< bytes of work between two readings of the clock
  work_of_call = 64,           ///< bytes of work that each call adds
};

void fault_begin(codec_fault *fault, codec_report *report, codec_limits limits) {
  memset(report, 0, sizeof *report);
  fault->report = report;
  fault->limits = limits;
  fault->severity = ERROR_FAILS;
  fault->failed = fault->ran_out = fault->broke_off = fault->out_of_memory = false;
  fault->memory_left = limits.max_memory > 0 ? limits.max_memory : UINT64_MAX;
  fault->work = work_of_reading;
}

void fault_enter(codec_fault *fault, codec_report *report) {
  fault->report = report;
  fault->severity = ERROR_FAILS;
  fault->failed = false;
  if (report->damage == 0) {
    report->reason = CODEC_REASON_NONE;
    report->message[0] = 0;
  }
}

codec_status fault_status(const codec_fault *fault) {
  if (fault->failed) return CODEC_FAILED;
  return fault->report->damage > 0 ? CODEC_DAMAGED : CODEC_OK;
}

/// Copies what fits. Messages of the libraries can quote bytes of the file, so bytes that are not printable ASCII become '?'.
static void copy_text(char *destination, size_t capacity, const char *text) {
  size_t count = 0;
  for (; count + 1 < capacity && text[count] != 0; ++count) {
    bool printable = text[count] >= ' ' && text[count] <= '~';
    destination[count] = printable ? text[count] : '?';
  }
  destination[count] = 0;
}

/// A file can make a library warn about every block, so the count saturates.
static void count_up(uint32_t *counter) {
  if (*counter < UINT32_MAX) ++*counter;
}

void fault_note(codec_fault *fault, const char *text) {
  codec_report *report = fault->report;
  if (report->noted == 0) copy_text(report->note, sizeof report->note, text);
  count_up(&report->noted);
}

static codec_reason reason_of_damage(const codec_fault *fault) {
  return fault->ran_out ? CODEC_REASON_TRUNCATED : CODEC_REASON_CORRUPT;
}

void fault_damage(codec_fault *fault, const char *text) {
  codec_report *report = fault->report;
  if (report->damage == 0) {
    report->reason = reason_of_damage(fault);
    copy_text(report->message, sizeof report->message, text);
  }
  count_up(&report->damage);
}

_Noreturn void fault_raise(codec_fault *fault, codec_reason reason, const char *text) {
  if (fault->out_of_memory) reason = CODEC_REASON_LIMIT_MEMORY;
  if (reason == CODEC_REASON_LIMIT_MEMORY) text = "out of memory, or more of it than the limit";
  bool is_in_file = reason <= CODEC_REASON_UNSUPPORTED;
  if (is_in_file && fault->severity == ERROR_IS_NOTED) {
    fault_note(fault, text);
  } else if (is_in_file && fault->severity == ERROR_ENDS_INPUT) {
    fault->broke_off = true;
    fault->report->noted = 0;
    fault_note(fault, text);
  } else if (is_in_file && fault->severity == ERROR_DAMAGES) {
    fault_damage(fault, text);
  } else {
    fault->failed = true;
    fault->report->reason = reason == CODEC_REASON_CORRUPT ? reason_of_damage(fault) : reason;
    copy_text(fault->report->message, sizeof fault->report->message, text);
  }
  longjmp(fault->recovery_point, 1);
}

void fault_poll(codec_fault *fault, size_t work) {
  const bool is_read = fault->work >= work_of_reading;
  fault->work = (is_read ? 0 : fault->work) + work + work_of_call;
  if (is_read && system_deadline_has_passed(fault->limits.deadline)) {
    fault_raise(fault, CODEC_REASON_TIMEOUT, "the time limit for this image has passed");
  }
}
