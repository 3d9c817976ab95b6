#ifdef __linux__
#define _GNU_SOURCE  // for dladdr
#endif
#include <dlfcn.h>

#include "CPlatform.h"

#ifndef IMGBATCH_DESCRIPTION
#define IMGBATCH_DESCRIPTION ""
#endif

const char *system_build_description(void) { return IMGBATCH_DESCRIPTION; }

// A function of the Swift runtime, declared with a wrong type. Only its address is used.
extern void swift_retain(void);

bool system_swift_is_linked_in(void) {
  Dl_info runtime, program;
  return dladdr((const void *)swift_retain, &runtime) != 0 && dladdr((const void *)system_swift_is_linked_in, &program) != 0 &&
         runtime.dli_fbase == program.dli_fbase;
}
