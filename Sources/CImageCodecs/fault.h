// How an error leaves a C library: what it means at this point, what the report contains, and where the longjmp lands.
//
// Every entry function of this target has the same shape: enter, setjmp, one call that does the work, `fault_status`.
// The error callbacks of the libraries end in `fault_raise`, which contains the only longjmp.
#ifndef CIMAGECODECS_FAULT_H
#define CIMAGECODECS_FAULT_H

#include <setjmp.h>

#include "CImageCodecs.h"

/// What an error in the file means at the current point of the work.
typedef enum {
  ERROR_FAILS,       ///< there are no pixels
  ERROR_ENDS_INPUT,  ///< the data before it are valid, and nothing after it is read; the call continues (`broke_off`)
  ERROR_DAMAGES,     ///< the rows so far are valid, and the rest is filled in
  ERROR_IS_NOTED,    ///< all pixels are decoded and checked
} error_severity;

typedef struct {
  jmp_buf recovery_point;
  codec_report *report;
  codec_limits limits;
  error_severity severity;
  bool failed;
  bool ran_out;        ///< the library asked for bytes past the end
  bool broke_off;      ///< an error ended the input before its end marker
  bool out_of_memory;  ///< an allocation was refused, which causes the error that follows
  uint64_t memory_left;
  size_t work;  ///< bytes of work since the last reading of the clock
} codec_fault;

/// Starts a new image.
void fault_begin(codec_fault *fault, codec_report *report, codec_limits limits);

/// Continues with the current image. Clears a failure of the previous call, such as an unavailable layout.
void fault_enter(codec_fault *fault, codec_report *report);

/// The result of an entry function.
codec_status fault_status(const codec_fault *fault);

/// Counts a warning that leaves the pixels correct.
void fault_note(codec_fault *fault, const char *text);

/// Counts a warning that means wrong pixels.
void fault_damage(codec_fault *fault, const char *text);

/// Ends the current entry function. A CORRUPT that is caused by missing bytes becomes TRUNCATED. `text` is not used if memory is
/// exhausted, because the libraries have many messages for that.
/// Limits and internal errors always fail the call, whatever has been decoded. For an error in the file, `severity` decides.
_Noreturn void fault_raise(codec_fault *fault, codec_reason reason, const char *text);

/// Raises once the deadline has passed. Called before each row or piece. The clock is read at the first call and then only after
/// enough work, so that the cost is small compared with a short row.
/// `work` is the number of bytes that are read or written before the next call.
void fault_poll(codec_fault *fault, size_t work);

#endif
