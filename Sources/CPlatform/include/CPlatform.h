#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Whether the processor, and the operating system for it, run code built for x86-64-v3 as far as kernels use it.
bool system_cpu_has_avx2(void);

/// Starts a worker program in a session without a terminal, with `socket` as its standard input, and with its standard output
/// and error joined as `errors`. Its environment has `variable`, as in "NAME=value", where that is not null, and what the
/// libraries of a worker need of ours; nothing else.
/// Returns 0 and sets `process`, or an errno value. All other descriptors of ours are close-on-exec.
int system_spawn_worker(
    const char *_Nonnull path, int socket, int errors, const char *_Nullable variable, pid_t *_Nonnull process);

/// Starts a program to be measured, with nothing on its standard input, and its output and errors on these descriptors.
/// `arguments` ends with null; the first is the program's name. Returns 0 and sets `process`, or an errno value.
int system_spawn_measured(const char *_Nonnull path, const char *_Nullable const *_Nonnull arguments, int output,
                          int errors, pid_t *_Nonnull process);

/// A pipe of two descriptors, to read from and to write to, that programs started do not get. Returns 0, or an errno value.
int system_private_pipe(int *_Nonnull ends);

/// The path of the running program, null where the system does not tell. Not for two threads at once.
const char *_Nullable system_executable_path(void);

/// Processors that this process may run on by its affinity mask, or all that are online where the system has no such mask.
/// At least 1.
int system_affinity_core_count(void);

/// Has the allocator keep what is freed for the next image, up to 1 GiB. Call once, before other threads start.
void system_keep_freed_memory(void);

/// Gives what the allocator has kept back to the system, of all threads. Takes about a millisecond.
void system_return_freed_memory(void);

/// Memory aligned to 64 bytes, to be given to `system_free`; null where the system refuses it, or would leave too little for
/// what cannot be refused without the end of the process.
void *_Nullable system_allocate(size_t count);
void system_free(void *_Nullable memory);

/// CLOCK_MONOTONIC.
uint64_t system_monotonic_nanoseconds(void);

/// The clock of all deadlines of images, in nanoseconds: CLOCK_MONOTONIC, or the thread's stepping clock.
uint64_t system_deadline_clock(void);

/// Whether a deadline on that clock has passed; 0 never does.
bool system_deadline_has_passed(uint64_t deadline);

/// For tests: gives the calling thread a clock of deadlines that starts at 0 and goes on by `step` at each reading; with 0 the
/// thread has the usual clock again. Returns how often the stepping clock was read.
uint64_t system_step_deadline_clock(uint64_t step);

/// Processor time of the calling thread, user and system. A system call, which costs a fraction of a microsecond.
uint64_t system_thread_cpu_nanoseconds(void);

// MARK: - Confinement of a worker process

/// What a worker does; the rights that it keeps follow from that.
enum system_worker_kind {
  /// Turns bytes of an open file into bytes for its socket: opens no path, writes no file, has no network.
  SYSTEM_WORKER_IMAGES,
  /// Reads from the network into an open file: opens paths to read only, of settings, certificates and libraries.
  SYSTEM_WORKER_DOWNLOADS,
};

/// Has the system kill this process when its parent ends. False when that has happened already.
bool system_end_with_parent(pid_t parent);

/// Closes every descriptor from this number on.
void system_close_descriptors_from(int first);

/// Drops all capabilities for good; no program that this process starts gains rights by its file (set-user-ID).
/// Returns whether the system did so.
bool system_drop_privileges(void);

struct system_limits {
  /// Address space in bytes; 0 for no limit.
  uint64_t address_bytes;
  /// That a file may grow to.
  uint64_t file_bytes;
  unsigned descriptors;
  bool may_start_threads;
};

/// Lowers the resource limits of this process for good. There are no core files.
void system_limit_resources(struct system_limits limits);

/// Ends the process (SIGXCPU) when it has used so many seconds of processor time more than now.
void system_limit_processor_time(uint64_t more_seconds);

/// The version of Landlock's interface that the kernel has; 0 for none.
int system_landlock_version(void);

/// From now on no file can be opened, made, renamed or removed by its path, but settings read by a worker that downloads; no TCP
/// for the others (version 4), no signals to other processes (6). Open descriptors stay usable. Call `system_drop_privileges`
/// first. Returns 0 or an errno value.
int system_landlock_restrict(enum system_worker_kind kind);

/// From now on every system call fails with EPERM but those that this kind of worker needs. Call `system_drop_privileges`
/// first. Returns 0 or an errno value.
int system_filter_system_calls(enum system_worker_kind kind, bool may_start_threads);

enum system_architecture { SYSTEM_X86_64, SYSTEM_ARM64 };

/// One instruction of a filter, as `struct sock_filter` of the kernel.
struct system_filter_instruction { uint16_t code; uint8_t if_true, if_false; uint32_t value; };

/// Writes the filter of `system_filter_system_calls` for an architecture, as data.
/// - process: the one process that may be sent signals.
/// Returns its number of instructions, of which at most `capacity` are written.
size_t system_call_filter(
    enum system_worker_kind kind, enum system_architecture architecture, bool may_start_threads, pid_t process,
    struct system_filter_instruction *_Nullable instructions, size_t capacity);

/// `fstat` by the system call of that name: the C library's takes a path as well, which a worker must not.
/// Fills a `struct stat`, which is not named here lest this module own the types of the C library's header.
/// Returns 0, or -1 with errno set.
int system_file_status(int file, void *_Nonnull status);

// MARK: - Open files over a socket

/// As `send`, with an open file's descriptor unless it is -1.
ssize_t system_send_with_descriptor(int socket, const void *_Nonnull bytes, size_t count, int descriptor);

/// As `recv`; sets `descriptor` where one came, and closes the one that stood there.
ssize_t system_receive_with_descriptor(
    int socket, void *_Nonnull bytes, size_t count, int *_Nonnull descriptor);

/// Renames, or fails with EEXIST where `to` is there. EINVAL or ENOSYS where the system or the file system cannot.
/// Returns 0, or -1 with errno set.
int system_rename_exclusively(
    int from_folder, const char *_Nonnull from, int to_folder, const char *_Nonnull to);

/// Opens a folder, only for names in it to be looked up (O_PATH). Its path leads over no symbolic link and stays beneath the open
/// folder. ELOOP where a link is on the way; ENOSYS or EPERM where the kernel, or a filter of system calls, has no openat2.
/// Returns its descriptor, or -1 with errno set.
int system_open_folder_beneath(int folder, const char *_Nonnull path);

/// Removes a folder with all that is in it; symbolic links are not followed. Returns 0, or an errno value.
int system_remove_tree(const char *_Nonnull path);

/// Of what kind the file system is that a path lies in: the number that statfs(2) tells. 0 where it does not.
int64_t system_file_system_type(const char *_Nonnull path);

/// Asks the system to forget the pages of an open file that it keeps in memory. Returns 0, or an errno value.
int system_drop_cached_pages(int file);

// MARK: - This build

/// What the makefile had git say of the sources; empty where nobody asked it.
const char *_Nonnull system_build_description(void);

/// Whether Swift's runtime is part of the program, and not a library that it loads.
bool system_swift_is_linked_in(void);

#endif
