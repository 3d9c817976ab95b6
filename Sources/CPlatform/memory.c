#include <stdlib.h>  // defines __GLIBC__ where it is that
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "CPlatform.h"

// By default glibc gives large blocks back to the system at once and trims the heap after each picture; the next one then
// pays a page fault for every 4 KB again (0.15 s of 3.3 s of CPU over 59 photographs, half of the faults of small ones).
void system_keep_freed_memory(void) {
#ifdef __GLIBC__
  const int most = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, most);
  mallopt(M_TRIM_THRESHOLD, most);
  mallopt(M_TOP_PAD, 1 << 20);
#endif
}

// The free pages of every arena, not only those at the end of the heap.
void system_return_freed_memory(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}
