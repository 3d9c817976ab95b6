#include "CPlatform.h"

#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

bool system_cpu_has_avx2(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

bool system_cpu_has_fast_deposit(void) {
#if defined(__x86_64__)
  unsigned int highest, signature, vendor[3], unused;
  if (!__get_cpuid(0, &highest, &vendor[0], &vendor[2], &vendor[1])) return false;
  if (!system_cpu_has_avx2()) return false;
  if (memcmp(vendor, "GenuineIntel", 12) == 0) return true;
  // Zen 3 is family 19h: the family in bits 8 to 11, and what exceeds 15 in bits 20 to 27.
  if (!__get_cpuid(1, &signature, &unused, &unused, &unused)) return false;
  return memcmp(vendor, "AuthenticAMD", 12) == 0 && ((signature >> 8) & 15) + ((signature >> 20) & 255) >= 0x19;
#else
  return false;
#endif
}
