// What code that has taken over a worker can still do: confines itself as a worker does (Sources/CPlatform) and then tries one
// thing after another. Prints a line for each; exit status 1 where any was allowed.
//
// usage: worker_escape FOLDER images|downloads [no-landlock]
// FOLDER: one that may be written to; made by sandbox.sh, which runs this.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "CPlatform.h"

static int allowed_count, tried_count;

static void attempt(const char *what, long result) {
  ++tried_count;
  if (result < 0) {
    printf("refused  %-52s %s\n", what, strerror(errno));
  } else {
    ++allowed_count;
    printf("ALLOWED  %s\n", what);
  }
  fflush(stdout);
}

// Landlock alone keeps a worker that downloads from reading these; the filter cannot look at a path.
static void try_reading(const char *folder) {
  char victim[4096];
  snprintf(victim, sizeof victim, "%s/victim", folder);
  attempt("open a file of the user to read", open(victim, O_RDONLY));
  attempt("open a home folder to list it", open("/root", O_RDONLY | O_DIRECTORY));
  attempt("open the parent's environment", open("/proc/self/environ", O_RDONLY));
}

// What a worker that downloads has to have: the network, and reading of settings.
static void need(const char *what, long result) {
  if (result >= 0) return;
  ++allowed_count;
  printf("MISSING  %s: %s\n", what, strerror(errno));
}

static void try_downloading(const char *folder) {
  need("a socket of IPv4", socket(AF_INET, SOCK_STREAM, 0));
  need("the settings of the resolver", open("/etc/nsswitch.conf", O_RDONLY));
  need("libraries", open("/usr/lib", O_RDONLY | O_DIRECTORY));
  int ends[2];
  need("a pair of streams", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  attempt("a pair of datagram sockets", socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
  attempt("wait for connections", listen(socket(AF_INET, SOCK_STREAM, 0), 1));
  attempt("a socket of this machine", socket(AF_UNIX, SOCK_STREAM, 0));
  attempt("a raw socket of IPv4", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  attempt("a raw socket", socket(AF_PACKET, SOCK_RAW, 0));
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%.80s/socket", folder);
  attempt("connect the own socket elsewhere", connect(0, (struct sockaddr *)&address, sizeof address));
}

static void try_writing(const char *folder) {
  char own[4096], victim[4096];
  snprintf(own, sizeof own, "%s/new", folder);
  snprintf(victim, sizeof victim, "%s/victim", folder);
  attempt("open a file to write", open(victim, O_WRONLY));
  attempt("open a file to truncate it", open(victim, O_RDONLY | O_TRUNC));
  attempt("make a file", open(own, O_WRONLY | O_CREAT, 0644));
  attempt("make a file without a name", open(folder, O_TMPFILE | O_RDWR, 0600));
  attempt("open by openat2", syscall(437, AT_FDCWD, victim, (uint64_t[3]){0}, 24));
  attempt("truncate a file", truncate(victim, 1));
  attempt("remove a file", unlink(victim));
  attempt("rename a file", rename(victim, own));
  attempt("make a folder", mkdir(own, 0755));
  attempt("make a symbolic link", symlink("/etc/passwd", own));
  attempt("make a hard link", link(victim, own));
  attempt("change a mode", chmod(victim, 0777));
  attempt("change an owner", chown(victim, 1, 1));
  attempt("change times", utimensat(AT_FDCWD, victim, NULL, 0));
}

static void try_files(const char *folder) {
  char victim[4096];
  snprintf(victim, sizeof victim, "%s/victim", folder);
  try_writing(folder);
  attempt("open /etc/passwd to read", open("/etc/passwd", O_RDONLY));
  attempt("open by open(2)", syscall(SYS_open, victim, O_RDONLY));
  attempt("set an attribute", setxattr(victim, "user.x", "y", 1, 0));
  attempt("ask whether a file exists (access)", access("/etc/shadow", F_OK));
  struct stat status;
  attempt("ask whether a file exists (stat)", stat("/etc/shadow", &status));
  attempt("list a folder", syscall(SYS_getdents64, 0, &status, sizeof status));
  attempt("change the current folder", chdir("/"));
  attempt("a file in memory", memfd_create("x", 0));
  attempt("watch a folder", syscall(SYS_inotify_init1, 0));
}

static void try_network(const char *folder) {
  attempt("a pipe", pipe((int[2]){0}));
  attempt("the system's name", syscall(SYS_uname, (char[512]){0}));
  attempt("a socket of IPv4", socket(AF_INET, SOCK_STREAM, 0));
  attempt("a socket of IPv6", socket(AF_INET6, SOCK_DGRAM, 0));
  attempt("a socket of this machine", socket(AF_UNIX, SOCK_STREAM, 0));
  attempt("a socket of the kernel", socket(AF_NETLINK, SOCK_RAW, 0));
  attempt("a raw socket", socket(AF_PACKET, SOCK_RAW, 0));
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%.80s/socket", folder);
  attempt("connect the own socket elsewhere", connect(0, (struct sockaddr *)&address, sizeof address));
  attempt("bind", bind(0, (struct sockaddr *)&address, sizeof address));
}

static void try_processes(pid_t parent, char **arguments) {
  attempt("a signal to the parent", kill(parent, 0));
  attempt("a signal to every process", kill(-1, 0));
  attempt("a signal by tgkill", syscall(SYS_tgkill, parent, parent, 0));
  attempt("trace the parent", syscall(SYS_ptrace, 16 /* PTRACE_ATTACH */, parent, 0, 0));
  attempt("read the parent's memory", syscall(SYS_process_vm_readv, parent, NULL, 0, NULL, 0, 0));
  attempt("a descriptor of the parent", syscall(434 /* pidfd_open */, parent, 0));
  long child = syscall(SYS_fork);
  if (child == 0) _exit(0);
  attempt("fork", child);
  child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  attempt("clone a process", child);
  attempt("start a program", execv("/bin/sh", arguments));
  attempt("a namespace of users", unshare(CLONE_NEWUSER));
  attempt("enter a namespace", setns(0, 0));
  attempt("mount", syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL));
  attempt("become root", setuid(0));
  attempt("set capabilities", syscall(SYS_capset, (uint32_t[2]){0x20080522, 0}, (uint32_t[6]){~0u, ~0u, 0, ~0u, ~0u, 0}));
  attempt("outlive the parent", prctl(PR_SET_PDEATHSIG, 0));
  attempt("another filter of system calls", prctl(PR_SET_SECCOMP, 1));
  struct rlimit limit = {1 << 30, 1 << 30};
  attempt("raise a limit", setrlimit(RLIMIT_FSIZE, &limit));
  attempt("limit another process", syscall(SYS_prlimit64, parent, RLIMIT_CORE, NULL, &limit));
  attempt("be scheduled before others", setpriority(PRIO_PROCESS, 0, -5));
}

static void try_kernel(void) {
  attempt("memory to execute (mmap)", (long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  attempt("memory to execute (mprotect)", mprotect(page, 4096, PROT_READ | PROT_EXEC));
  attempt("io_uring", syscall(425, 4, (char[256]){0}));
  attempt("userfaultfd", syscall(SYS_userfaultfd, 1));
  attempt("bpf", syscall(SYS_bpf, 0, (char[128]){0}, 128));
  attempt("performance counters", syscall(SYS_perf_event_open, (char[128]){1, 0, 0, 0, 112}, 0, -1, -1, 0));
  attempt("a key", syscall(SYS_add_key, "user", "k", "v", 1, -3));
  attempt("a terminal's input (TIOCSTI)", ioctl(2, TIOCSTI, "#"));
  attempt("the clock", syscall(SYS_clock_settime, 0, (long[2]){0, 0}));
}

int main(int count, char **arguments) {
  if (count < 3) return 64;
  bool downloads = strcmp(arguments[2], "downloads") == 0;
  enum system_worker_kind kind = downloads ? SYSTEM_WORKER_DOWNLOADS : SYSTEM_WORKER_IMAGES;
  pid_t parent = getppid();
  // Standard input is a socket, as a worker has it.
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || dup2(ends[0], 0) < 0) return 70;
  if (!system_end_with_parent(parent)) return 70;
  printf("user %d, worker of %s: ", getuid(), arguments[2]);
  system_close_descriptors_from(3);
  bool has_none = system_drop_privileges();
  system_limit_resources((struct system_limits){
    .address_bytes = UINT64_C(8) << 30, .file_bytes = downloads ? 1 << 20 : 0, .descriptors = 32, .may_start_threads = downloads});
  int landlock = count > 3 ? ENOSYS : system_landlock_restrict(kind);
  int filter = system_filter_system_calls(kind, downloads);
  printf("privileges dropped %d, Landlock %s, filter %s\n", has_none, landlock ? strerror(landlock) : "in force",
         filter ? strerror(filter) : "in force");
  if (downloads) {
    if (landlock == 0) try_reading(arguments[1]);
    try_writing(arguments[1]);
    try_downloading(arguments[1]);
  } else {
    try_files(arguments[1]);
    try_network(arguments[1]);
  }
  try_processes(parent, arguments);
  try_kernel();
  printf("%d of %d attempts allowed\n", allowed_count, tried_count);
  return allowed_count == 0 && filter == 0 ? 0 : 1;
}
