// Longer than most files: three tables of system calls, and the filter that is built from them.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CPlatform.h"

// MARK: - Allowed calls

/// A condition on one argument of a call: `(argument & mask) == value`. A mask of 0 means no condition.
struct condition { unsigned argument; uint64_t mask, value; };

/// An allowed call. If several rules have the same call, any matching rule allows it.
struct rule {
  /// Numbers on x86-64 and arm64; -1 if the architecture has no such call.
  int x86_64, arm64;
  struct condition conditions[2];
};

#define LOW UINT64_C(0xffffffff)  // of an `int`, whose upper half the kernel ignores
#define EQUALS(argument, value) {argument, LOW, value}
#define WITHOUT(argument, bits) {argument, bits, 0}
#define WITH(argument, bits) {argument, bits, bits}
/// Stands for the number of this process, which is known when the filter is built.
#define OWN_PROCESS UINT64_C(0x100000000)

// The calls of every worker: memory, reading and writing of open descriptors, its socket, time, its end.
static const struct rule common_rules[] = {
  {47, 212, {{0}}},                             // recvmsg
  {0, 63, {{0}}},                               // read
  {46, 211, {{0}}},                             // sendmsg
  {3, 57, {{0}}},                               // close
  {5, 80, {{0}}},                               // fstat
  {202, 98, {{0}}},                             // futex
  {28, 233, {{0}}},                             // madvise
  {11, 215, {{0}}},                             // munmap
  {12, 214, {{0}}},                             // brk
  {25, 216, {{0}}},                             // mremap
  {9, 222, {WITHOUT(2, PROT_EXEC)}},            // mmap, except of executable memory
  {10, 226, {WITHOUT(2, PROT_EXEC)}},           // mprotect, likewise
  {8, 62, {{0}}},                               // lseek
  {1, 64, {{0}}},                               // write
  {20, 66, {{0}}},                              // writev
  {228, 113, {{0}}},                            // clock_gettime
  {96, 169, {{0}}},                             // gettimeofday
  {230, 115, {{0}}},                            // clock_nanosleep
  {35, 101, {{0}}},                             // nanosleep
  {98, 165, {{0}}},                             // getrusage
  {302, 261, {EQUALS(0, 0)}},                   // prlimit64, on this process; without a capability no limit can be raised
  {39, 172, {{0}}},                             // getpid
  {186, 178, {{0}}},                            // gettid
  {318, 278, {{0}}},                            // getrandom
  {13, 134, {{0}}},                             // rt_sigaction
  {14, 135, {{0}}},                             // rt_sigprocmask
  {15, 139, {{0}}},                             // rt_sigreturn
  {131, 132, {{0}}},                            // sigaltstack
  {219, 128, {{0}}},                            // restart_syscall
  {234, 131, {EQUALS(0, OWN_PROCESS)}},         // tgkill, on this process: abort and raise
  {157, 167, {EQUALS(0, PR_SET_NAME)}},         // prctl, to name a thread
  {24, 124, {{0}}},                             // sched_yield
  {204, 123, {{0}}},                            // sched_getaffinity
  {273, 99, {{0}}},                             // set_robust_list
  {334, 293, {{0}}},                            // rseq
  {60, 93, {{0}}},                              // exit
  {231, 94, {{0}}},                             // exit_group
};

#define NEW_NAMESPACES \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define OF_A_THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)

// The additional calls of a worker with several threads. clone3 has its flags in memory, which a filter cannot read. It fails
// with ENOSYS, and the C library then calls clone.
static const struct rule thread_rules[] = {
  {56, 220, {{0, LOW & (OF_A_THREAD | NEW_NAMESPACES | CLONE_PTRACE | CLONE_VFORK), OF_A_THREAD}}},  // clone
  // libdispatch, which distributes an image over cores, has a thread that waits for events.
  {291, 20, {{0}}},                             // epoll_create1
  {233, 21, {{0}}},                             // epoll_ctl
  {232, -1, {{0}}},                             // epoll_wait
  {281, 22, {{0}}},                             // epoll_pwait
  {290, 19, {{0}}},                             // eventfd2
};

#define WRITING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)

// The additional calls of libcurl, its resolver and its TLS library: IP sockets, waiting, reading of configuration and
// certificates.
static const struct rule download_rules[] = {
  {41, 198, {EQUALS(0, AF_INET)}},              // socket
  {41, 198, {EQUALS(0, AF_INET6)}},
  {41, 198, {EQUALS(0, AF_NETLINK)}},           // with which the resolver asks for the addresses of this host
  // socketpair, only of streams: datagram sockets can send to any socket of this machine that has a path.
  {53, 199, {EQUALS(0, AF_UNIX), {1, LOW & ~(uint64_t)(SOCK_CLOEXEC | SOCK_NONBLOCK), SOCK_STREAM}}},
  {42, 203, {{0}}},                             // connect
  {49, 200, {{0}}},                             // bind
  {51, 204, {{0}}},                             // getsockname
  {52, 205, {{0}}},                             // getpeername
  {55, 209, {{0}}},                             // getsockopt
  {54, 208, {{0}}},                             // setsockopt
  {44, 206, {{0}}},                             // sendto
  {45, 207, {{0}}},                             // recvfrom
  {307, 269, {{0}}},                            // sendmmsg
  {299, 243, {{0}}},                            // recvmmsg
  {48, 210, {{0}}},                             // shutdown
  {7, -1, {{0}}},                               // poll
  {271, 73, {{0}}},                             // ppoll
  {23, -1, {{0}}},                              // select
  {270, 72, {{0}}},                             // pselect6
  {291, 20, {{0}}},                             // epoll_create1
  {233, 21, {{0}}},                             // epoll_ctl
  {232, -1, {{0}}},                             // epoll_wait
  {281, 22, {{0}}},                             // epoll_pwait
  {290, 19, {{0}}},                             // eventfd2
  {293, 59, {{0}}},                             // pipe2
  {72, 25, {{0}}},                              // fcntl
  {16, 29, {EQUALS(1, 0x5421)}},                // ioctl FIONBIO
  {16, 29, {EQUALS(1, 0x541B)}},                // ioctl FIONREAD
  {257, 56, {WITHOUT(2, WRITING)}},             // openat, to read
  {262, 79, {{0}}},                             // newfstatat
  {332, 291, {{0}}},                            // statx
  {21, -1, {{0}}},                              // access
  {269, 48, {{0}}},                             // faccessat
  {439, 439, {{0}}},                            // faccessat2
  {89, -1, {{0}}},                              // readlink
  {267, 78, {{0}}},                             // readlinkat
  {217, 61, {{0}}},                             // getdents64
  {17, 67, {{0}}},                              // pread64
  {18, 68, {{0}}},                              // pwrite64
  {77, 46, {{0}}},                              // ftruncate
  {9, 222, {WITHOUT(3, MAP_ANONYMOUS)}},        // mmap of a file, also executable: libraries of the resolver
  {102, 174, {{0}}},                            // getuid
  {107, 175, {{0}}},                            // geteuid
  {104, 176, {{0}}},                            // getgid
  {108, 177, {{0}}},                            // getegid
  {63, 160, {{0}}},                             // uname
  {99, 179, {{0}}},                             // sysinfo
};

// MARK: - The filter

/// A list of instructions. `count` also counts the instructions for which there was no room.
struct program { struct system_filter_instruction *instructions; size_t capacity, count; };

static void add(struct program *program, uint16_t code, uint8_t if_true, uint8_t if_false, uint32_t value) {
  if (program->count < program->capacity) {
    program->instructions[program->count] = (struct system_filter_instruction){code, if_true, if_false, value};
  }
  ++program->count;
}

static void load(struct program *program, size_t offset) { add(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset); }

static void answer(struct program *program, uint32_t action) { add(program, BPF_RET | BPF_K, 0, 0, action); }

static unsigned instructions_of(struct condition condition) {
  return ((uint32_t)condition.mask ? 3 : 0) + ((uint32_t)(condition.mask >> 32) ? 3 : 0);
}

/// Continues if this half of an argument has the value. Otherwise skips the rest of the rule.
static void compare(struct program *program, size_t offset, uint32_t mask, uint32_t value, unsigned rest) {
  load(program, offset);
  add(program, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
  add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, (uint8_t)rest, value);
}

static void add_rule(struct program *program, int number, const struct rule *rule, pid_t process) {
  enum { conditions = sizeof rule->conditions / sizeof rule->conditions[0] };
  unsigned rest = 1;
  for (int index = 0; index < conditions; ++index) rest += instructions_of(rule->conditions[index]);
  load(program, offsetof(struct seccomp_data, nr));
  add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, (uint8_t)rest, (uint32_t)number);
  for (int index = 0; index < conditions; ++index) {
    struct condition condition = rule->conditions[index];
    if (condition.value == OWN_PROCESS) condition.value = (uint32_t)process;
    uint32_t low_mask = (uint32_t)condition.mask, high_mask = (uint32_t)(condition.mask >> 32);
    // Both architectures are little-endian: the lower half comes first.
    size_t low = offsetof(struct seccomp_data, args) + 8 * condition.argument;
    rest -= instructions_of(condition);
    if (low_mask) compare(program, low, low_mask, (uint32_t)condition.value, rest + (high_mask ? 3 : 0));
    if (high_mask) compare(program, low + 4, high_mask, (uint32_t)(condition.value >> 32), rest);
  }
  answer(program, SECCOMP_RET_ALLOW);
}

static void add_rules(
    struct program *program, enum system_architecture architecture, const struct rule *rules, size_t count, pid_t process) {
  for (size_t index = 0; index < count; ++index) {
    int number = architecture == SYSTEM_X86_64 ? rules[index].x86_64 : rules[index].arm64;
    if (number >= 0) add_rule(program, number, &rules[index], process);
  }
}

#define ADD_RULES(rules) add_rules(&program, architecture, rules, sizeof rules / sizeof rules[0], process)

size_t system_call_filter(
    enum system_worker_kind kind, enum system_architecture architecture, bool may_start_threads, pid_t process,
    struct system_filter_instruction *instructions, size_t capacity) {
  struct program program = {instructions, capacity, 0};
  load(&program, offsetof(struct seccomp_data, arch));
  add(&program, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, architecture == SYSTEM_X86_64 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64);
  // Calls of another architecture (on x86-64, those of 32-bit programs) have other numbers.
  answer(&program, SECCOMP_RET_KILL_PROCESS);
  ADD_RULES(common_rules);
  if (kind == SYSTEM_WORKER_DOWNLOADS) ADD_RULES(download_rules);
  if (may_start_threads) ADD_RULES(thread_rules);
  load(&program, offsetof(struct seccomp_data, nr));
  add(&program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 435);  // clone3
  answer(&program, SECCOMP_RET_ERRNO | ENOSYS);
  answer(&program, SECCOMP_RET_ERRNO | EPERM);
  return program.count;
}

int system_filter_system_calls(enum system_worker_kind kind, bool may_start_threads) {
#if defined(__x86_64__)
  enum system_architecture architecture = SYSTEM_X86_64;
#elif defined(__aarch64__)
  enum system_architecture architecture = SYSTEM_ARM64;
#else
  return ENOSYS;
#endif
  struct system_filter_instruction instructions[1024];
  size_t capacity = sizeof instructions / sizeof instructions[0];
  size_t count = system_call_filter(kind, architecture, may_start_threads, getpid(), instructions, capacity);
  if (count > capacity) return E2BIG;
  _Static_assert(sizeof(struct system_filter_instruction) == sizeof(struct sock_filter), "one layout");
  struct sock_fprog program = {(unsigned short)count, (struct sock_filter *)instructions};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}
