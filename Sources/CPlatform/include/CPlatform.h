#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Whether the processor and the operating system support the part of x86-64-v3 that the kernels use.
bool system_cpu_has_avx2(void);

/// Whether this code may use the instruction PDEP, and the processor is fast at it.
bool system_cpu_has_fast_deposit(void);
static inline bool system_deposit_is_fast(void) {
#ifdef __BMI2__
  return system_cpu_has_fast_deposit();
#else
  return false;
#endif
}

/// PDEP (Intel SDM, volume 2): moves the lowest bits of `bits` to the set bits of `mask`, in order. Call it where it is fast.
static inline uint64_t system_deposit(uint64_t bits, uint64_t mask) {
#ifdef __BMI2__
  return __builtin_ia32_pdep_di(bits, mask);
#else
  (void)bits, (void)mask;
  __builtin_unreachable();
#endif
}

/// The bits in reverse order.
static inline uint64_t system_reverse(uint64_t bits) { return __builtin_bitreverse64(bits); }

/// Starts a worker program in a session without a terminal. `socket` is its standard input; its standard output and error both go
/// to `errors`. Its environment contains `variable`, as in "NAME=value", unless that is null, and the variables of this process
/// that a worker's libraries need; nothing else.
/// Returns 0 and sets `process`, or returns an errno value. All other descriptors of this process are close-on-exec.
int system_spawn_worker(
    const char *_Nonnull path, int socket, int errors, const char *_Nullable variable, pid_t *_Nonnull process);

/// Starts a program to be measured, with an empty standard input, and with its output and errors on these descriptors.
/// `arguments` ends with null; the first is the program's name. Returns 0 and sets `process`, or returns an errno value.
int system_spawn_measured(const char *_Nonnull path, const char *_Nullable const *_Nonnull arguments, int output,
                          int errors, pid_t *_Nonnull process);

/// Creates a pipe of two descriptors, for reading and for writing, that started programs do not inherit. Returns 0 or an errno
/// value.
int system_private_pipe(int *_Nonnull ends);

/// Creates an empty file in memory (memfd_create(2)) that started programs do not inherit. Returns 0 and sets `file`, or returns an
/// errno value.
int system_memory_file(int *_Nonnull file);

/// The path of the running program; null if the system does not report it. Not thread-safe.
const char *_Nullable system_executable_path(void);

/// The number of processors in the affinity mask of this process, or of all online processors if the system has no such mask. At
/// least 1.
int system_affinity_core_count(void);

/// Makes the allocator keep freed memory for the next image, up to 1 GiB. Call once, before other threads start.
void system_keep_freed_memory(void);

/// Returns the memory that the allocator has kept, of all threads, to the system. Takes about a millisecond.
void system_return_freed_memory(void);

/// Allocates memory aligned to 64 bytes, to be freed by `system_free`. Null if the system refuses it, or if too little address
/// space would remain for allocations whose failure ends the process.
void *_Nullable system_allocate(size_t count);
void system_free(void *_Nullable memory);

/// CLOCK_MONOTONIC.
uint64_t system_monotonic_nanoseconds(void);

/// CLOCK_REALTIME, since 1970.
uint64_t system_wall_clock_nanoseconds(void);

/// The clock of all image deadlines, in nanoseconds: CLOCK_MONOTONIC, or the thread's stepping clock.
uint64_t system_deadline_clock(void);

/// Whether a deadline on that clock has passed, or the work of the calling thread is cancelled. 0 is no deadline.
bool system_deadline_has_passed(uint64_t deadline);

/// Ends the work of a thread at its next look at a deadline.
typedef struct system_cancellation system_cancellation;

/// Null if memory is exhausted.
system_cancellation *_Nullable system_cancellation_create(void);
void system_cancellation_destroy(system_cancellation *_Nonnull flag);

/// From any thread.
void system_cancellation_cancel(system_cancellation *_Nonnull flag);
bool system_cancellation_is_cancelled(const system_cancellation *_Nonnull flag);

/// Lets the flag end the work of the calling thread, until it is called with null.
void system_cancellation_watch(const system_cancellation *_Nullable flag);

/// For tests: gives the calling thread a deadline clock that starts at 0 and advances by `step` at each reading. With 0 the
/// thread has the usual clock again. Returns the number of readings of the previous stepping clock.
uint64_t system_step_deadline_clock(uint64_t step);

/// Processor time of the calling thread, user and system. This system call takes a fraction of a microsecond.
uint64_t system_thread_cpu_nanoseconds(void);

// MARK: - Confinement of a worker process

/// The task of a worker, which determines the rights that it keeps.
enum system_worker_kind {
  /// Turns bytes of an open file into bytes for its socket. Opens no path, writes no file, has no network.
  SYSTEM_WORKER_IMAGES,
  /// Reads from the network into an open file. Opens paths only to read: settings, certificates and libraries.
  SYSTEM_WORKER_DOWNLOADS,
};

/// Makes the kernel kill this process when its parent ends. False if the parent has ended already.
bool system_end_with_parent(pid_t parent);

/// Closes every descriptor from `first` on.
void system_close_descriptors_from(int first);

/// Drops all capabilities permanently. No program that this process starts gains rights by its file (set-user-ID).
/// Returns whether the kernel did so.
bool system_drop_privileges(void);

struct system_limits {
  /// Address space in bytes; 0 for no limit.
  uint64_t address_bytes;
  /// The maximum size of a file in bytes.
  uint64_t file_bytes;
  unsigned descriptors;
  bool may_start_threads;
};

/// Lowers the resource limits of this process permanently. Disables core files.
void system_limit_resources(struct system_limits limits);

/// Lets the current image of a worker take `bytes` of memory instead of `most`, the number behind the worker's limit on address
/// space. A number above `most` restores that limit.
void system_limit_image_memory(uint64_t bytes, uint64_t most);

/// Ends the process (SIGXCPU) once it has used this many seconds of processor time more than now.
void system_limit_processor_time(uint64_t more_seconds);

/// The version of the kernel's Landlock interface; 0 for none.
int system_landlock_version(void);

/// From now on no file can be opened, created, renamed or removed by its path, except that a downloading worker can read
/// settings. Other workers cannot use TCP (version 4), and no worker can send signals to other processes (version 6). Open
/// descriptors stay usable. Call `system_drop_privileges` first. Returns 0 or an errno value.
int system_landlock_restrict(enum system_worker_kind kind);

/// From now on every system call fails with EPERM, except those that this kind of worker needs. Call `system_drop_privileges`
/// first. Returns 0 or an errno value.
int system_filter_system_calls(enum system_worker_kind kind, bool may_start_threads);

enum system_architecture { SYSTEM_X86_64, SYSTEM_ARM64 };

/// One instruction of a filter, with the layout of the kernel's `struct sock_filter`.
struct system_filter_instruction { uint16_t code; uint8_t if_true, if_false; uint32_t value; };

/// Writes the filter of `system_filter_system_calls` for an architecture, as data.
/// - process: the only process that may receive signals.
/// Returns the number of instructions, of which at most `capacity` are written.
size_t system_call_filter(
    enum system_worker_kind kind, enum system_architecture architecture, bool may_start_threads, pid_t process,
    struct system_filter_instruction *_Nullable instructions, size_t capacity);

/// `fstat` by the system call of that name. The C library's function uses a call that also takes a path, which a worker must not
/// use.
/// Fills a `struct stat`. The type is not named here, because this module would then own the types of the C library's header.
/// Returns 0, or -1 with errno set.
int system_file_status(int file, void *_Nonnull status);

// MARK: - Open files over a socket

/// As `send`, and passes on an open file's descriptor unless it is -1.
ssize_t system_send_with_descriptor(int socket, const void *_Nonnull bytes, size_t count, int descriptor);

/// As `recv`. If a descriptor arrives, it replaces the one in `descriptor`, which is closed.
ssize_t system_receive_with_descriptor(
    int socket, void *_Nonnull bytes, size_t count, int *_Nonnull descriptor);

/// Renames a file, or fails with EEXIST if `to` exists. EINVAL or ENOSYS if the kernel or the file system does not support this.
/// Returns 0, or -1 with errno set.
int system_rename_exclusively(
    int from_folder, const char *_Nonnull from, int to_folder, const char *_Nonnull to);

/// Opens a folder only for lookups of names in it (O_PATH). Its path must not contain a symbolic link and must stay beneath the
/// open folder. ELOOP if the path contains a link; ENOSYS or EPERM if the kernel, or a filter of system calls, does not allow
/// openat2.
/// Returns the descriptor, or -1 with errno set.
int system_open_folder_beneath(int folder, const char *_Nonnull path);

/// Removes a folder with all its contents. Symbolic links are not followed. Returns 0 or an errno value.
int system_remove_tree(const char *_Nonnull path);

/// The type of the file system that contains a path, from statfs(2); 0 if statfs fails.
int64_t system_file_system_type(const char *_Nonnull path);

/// Asks the kernel to drop the cached pages of an open file. Returns 0 or an errno value.
int system_drop_cached_pages(int file);

// MARK: - This build

/// The description of the sources that the makefile got from git; empty in other builds.
const char *_Nonnull system_build_description(void);

/// Whether Swift's runtime is part of the program, and not a library that it loads.
bool system_swift_is_linked_in(void);

#endif
