#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stdbool.h>
#include <sys/types.h>

/// Whether the processor, and the operating system for it, run code built for x86-64-v3 as far as kernels use it.
bool system_cpu_has_avx2(void);

/// Starts a worker program with `socket` as its standard input and its output joined to standard error.
/// Returns 0 and sets `process`, or an errno value. All other descriptors of ours are close-on-exec.
int system_spawn_worker(const char *_Nonnull path, int socket, pid_t *_Nonnull process);

/// The path of the running program, null where the system does not tell. Not for two threads at once.
const char *_Nullable system_executable_path(void);

/// Processors that this process may run on by its affinity mask, or all that are online where the system has no such mask.
/// At least 1.
int system_affinity_core_count(void);

/// Has the allocator keep what is freed for the next picture, up to 1 GiB. Call once, before other threads start.
void system_keep_freed_memory(void);

/// Renames, or fails with EEXIST where `to` is there. EINVAL or ENOSYS where the system or the file system cannot.
/// Returns 0, or -1 with errno set.
int system_rename_exclusively(const char *_Nonnull from, const char *_Nonnull to);

#endif
