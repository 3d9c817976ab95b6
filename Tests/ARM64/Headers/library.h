// What the trials and the kernels use of the C library. The toolchain has no module of it for arm64.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Standard input, which is a macro.
static inline size_t trial_read(void *_Nonnull to, size_t count) { return fread(to, 1, count, stdin); }
