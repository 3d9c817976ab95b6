// How an error leaves a C library: what it means at this point, what the report says of it, where the longjmp lands.
//
// Every entry function of this target has one shape: enter, setjmp, one call that does the work, `fault_status`.
// The libraries' error callbacks end in `fault_raise`, which is the only longjmp.
#ifndef CIMAGECODECS_FAULT_H
#define CIMAGECODECS_FAULT_H

#include <setjmp.h>

#include "CImageCodecs.h"

/// What an error in the file means at the present point of the work.
typedef enum {
  ERROR_FAILS,       ///< there are no pixels
  ERROR_ENDS_INPUT,  ///< what came before stands, and nothing behind it is read; the call goes on (`broke_off`)
  ERROR_DAMAGES,     ///< the rows so far stand, and the rest is made up
  ERROR_IS_NOTED,    ///< all pixels are there and checked
} error_severity;

typedef struct {
  jmp_buf recovery_point;
  codec_report *report;
  codec_limits limits;
  error_severity severity;
  bool failed;
  bool ran_out;        ///< the library asked for bytes past the last
  bool broke_off;      ///< an error ended the input before its end marker
  bool out_of_memory;  ///< an allocation was refused: the error that follows is its echo
  uint64_t memory_left;
  size_t work;  ///< since the clock was read last
} codec_fault;

/// Starts a new image.
void fault_begin(codec_fault *fault, codec_report *report, codec_limits limits);

/// Goes on with the image in hand. A failure of the call before, such as a layout that cannot be had, is forgotten.
void fault_enter(codec_fault *fault, codec_report *report);

/// What an entry function returns.
codec_status fault_status(const codec_fault *fault);

/// A warning that leaves the pixels right.
void fault_note(codec_fault *fault, const char *text);

/// A warning that means wrong pixels.
void fault_damage(codec_fault *fault, const char *text);

/// Ends the entry function in hand. A CORRUPT that comes of missing bytes becomes TRUNCATED. `text` is not used where
/// memory is out: the libraries have many words for it.
/// Limits and faults of ours fail whatever has been decoded; an error in the file does what `severity` says.
_Noreturn void fault_raise(codec_fault *fault, codec_reason reason, const char *text);

/// Raises when the time is over. Called before each row or piece: the clock is read at the first, and then where there has been
/// work enough, so that it costs nothing next to a short row.
/// `work` is the bytes that are read or written before the next call.
void fault_poll(codec_fault *fault, size_t work);

#endif
