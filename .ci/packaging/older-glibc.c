// Functions of glibc 2.35 that Swift's and GCC's static libraries refer to, so that packages run with glibc 2.34, too. Linked
// into packages only (see link).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <math.h>
#include <stdint.h>

// glibc has given its hypotf a new version, because the new one leaves errno alone. Swift's module of glibc calls it.
float hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  // Squares of floats are exact as doubles, and neither overflow nor underflow.
  return (float)sqrt((double)x * x + (double)y * y);
}

#ifdef DLFO_STRUCT_HAS_EH_DBASE
struct search {
  uintptr_t address;
  struct dl_find_object *result;
};

static int find(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  const struct search *search = context;
  uintptr_t start = UINTPTR_MAX, end = 0, frames = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    uintptr_t first = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME) frames = first;
    if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
    uintptr_t last = first + info->dlpi_phdr[i].p_memsz;
    if (first < start) start = first;
    if (last > end) end = last;
  }
  if (search->address < start || search->address >= end) return 0;
  if (frames == 0) return -1;
  *search->result = (struct dl_find_object){
    .dlfo_map_start = (void *)start, .dlfo_map_end = (void *)end, .dlfo_eh_frame = (void *)frames};
  return 1;
}

// What GCC's unwinder asks: which loaded object has an address, and where its table of frames is (dlfcn.h). 0 if it was found.
int _dl_find_object(void *address, struct dl_find_object *result) {
  struct search search = {(uintptr_t)address, result};
  return dl_iterate_phdr(find, &search) == 1 ? 0 : -1;
}
#endif
