import CPlatform
import Testing

/// The system call filter as data, for both architectures. An interpreter of the filter's instructions computes its answers.
@Suite struct SystemCallFilterTests {
  private static let allow: UInt32 = 0x7FFF_0000
  private static let refuse: UInt32 = 0x0005_0001
  private static let noSuchCall: UInt32 = 0x0005_0000 | 38
  private static let kill: UInt32 = 0x8000_0000
  private static let process: pid_t = 4711

  struct Target: CustomTestStringConvertible {
    let kind: system_worker_kind
    let architecture: system_architecture
    let testDescription: String
    var number: UInt32 { architecture == SYSTEM_X86_64 ? 0xC000_003E : 0xC000_00B7 }
  }

  static let targets = [
    Target(kind: SYSTEM_WORKER_IMAGES, architecture: SYSTEM_X86_64, testDescription: "images, x86-64"),
    Target(kind: SYSTEM_WORKER_IMAGES, architecture: SYSTEM_ARM64, testDescription: "images, arm64"),
    Target(kind: SYSTEM_WORKER_DOWNLOADS, architecture: SYSTEM_X86_64, testDescription: "downloads, x86-64"),
    Target(kind: SYSTEM_WORKER_DOWNLOADS, architecture: SYSTEM_ARM64, testDescription: "downloads, arm64"),
  ]

  private func filter(_ target: Target, threads: Bool) -> [system_filter_instruction] {
    let count = system_call_filter(target.kind, target.architecture, threads, Self.process, nil, 0)
    var instructions = [system_filter_instruction](repeating: system_filter_instruction(), count: count)
    _ = unsafe system_call_filter(target.kind, target.architecture, threads, Self.process, &instructions, count)
    return instructions
  }

  /// Runs a filter for a call like the kernel: loads, a bitwise and, forward jumps, an answer.
  private func answer(
    _ filter: [system_filter_instruction], architecture: UInt32, _ call: Int, _ arguments: [UInt64] = []
  ) throws -> UInt32 {
    var data = [UInt32](repeating: 0, count: 16)
    data[0] = UInt32(truncatingIfNeeded: call)
    data[1] = architecture
    for (index, argument) in arguments.enumerated() {
      data[4 + 2 * index] = UInt32(truncatingIfNeeded: argument)
      data[5 + 2 * index] = UInt32(truncatingIfNeeded: argument >> 32)
    }
    var (accumulator, next) = (UInt32(0), 0)
    while true {
      let instruction = try #require(filter.indices.contains(next) ? filter[next] : nil, "it runs off its end")
      next += 1
      switch instruction.code {
      case 0x20: accumulator = data[Int(instruction.value) / 4]
      case 0x54: accumulator &= instruction.value
      case 0x15: next += Int(accumulator == instruction.value ? instruction.if_true : instruction.if_false)
      case 0x06: return instruction.value
      default: Issue.record("an instruction of code \(instruction.code)")
      }
    }
  }

  /// The number of a call on x86-64 or arm64.
  private func number(_ target: Target, _ x86: Int, _ arm: Int) -> Int {
    target.architecture == SYSTEM_X86_64 ? x86 : arm
  }

  @Test(arguments: targets)
  func `the calls that the work needs are allowed`(target: Target) throws {
    let filter = filter(target, threads: false)
    for (x86, arm) in [(0, 63), (1, 64), (3, 57), (5, 80), (8, 62), (46, 211), (47, 212), (202, 98), (231, 94)] {
      #expect(try answer(filter, architecture: target.number, number(target, x86, arm)) == Self.allow)
    }
    // mmap and mprotect of private pages, for reading and writing.
    #expect(try answer(filter, architecture: target.number, number(target, 9, 222), [0, 4096, 3, 0x22]) == Self.allow)
    #expect(try answer(filter, architecture: target.number, number(target, 10, 226), [0, 4096, 3]) == Self.allow)
    #expect(try answer(filter, architecture: target.number, number(target, 234, 131), [4711, 4711, 6]) == Self.allow)
  }

  @Test(arguments: targets)
  func `calls that would extend a worker's reach are refused`(target: Target) throws {
    let filter = filter(target, threads: true)
    // execve, fork by clone, ptrace, unlink(at), rename(at), mkdir(at), chmod, truncate, kill, unshare, setns, mount, bpf,
    // io_uring_setup, memfd_create, perf_event_open, add_key, userfaultfd, process_vm_readv, pidfd_getfd, landlock, seccomp.
    let calls = [
      (59, 221), (57, -1), (101, 117), (87, 35), (82, 38), (83, 34), (90, 53), (76, 45), (62, 129), (272, 97),
      (308, 268), (165, 40), (321, 280), (425, 425), (319, 279), (298, 241), (248, 217), (323, 282), (310, 270),
      (438, 438), (444, 444), (317, 277), (2, -1), (322, 281), (437, 437), (280, 88), (188, 5),
    ]
    for (x86, arm) in calls where number(target, x86, arm) >= 0 {
      #expect(
        try answer(filter, architecture: target.number, number(target, x86, arm)) == Self.refuse, "\(x86) and \(arm)")
    }
    // Executable memory, and a signal to another process.
    #expect(try answer(filter, architecture: target.number, number(target, 9, 222), [0, 4096, 7, 0x22]) == Self.refuse)
    #expect(try answer(filter, architecture: target.number, number(target, 10, 226), [0, 4096, 5]) == Self.refuse)
    #expect(try answer(filter, architecture: target.number, number(target, 234, 131), [4712, 4712, 9]) == Self.refuse)
    // clone3 fails as in a kernel without it, and the C library calls clone instead.
    #expect(try answer(filter, architecture: target.number, 435) == Self.noSuchCall)
  }

  @Test(arguments: targets)
  func `threads are allowed on request, processes and namespaces never`(target: Target) throws {
    let clone = number(target, 56, 220)
    let thread: UInt64 = 0x3D0F00
    for (threads, flags, answer) in [
      (true, thread, Self.allow), (false, thread, Self.refuse), (true, 17, Self.refuse),
      (true, thread | 0x1000_0000, Self.refuse), (true, thread & ~0x10000, Self.refuse),
      (true, thread | 0x2000, Self.refuse),
    ] {
      let filter = filter(target, threads: threads)
      #expect(try self.answer(filter, architecture: target.number, clone, [flags]) == answer)
    }
  }

  @Test(arguments: targets)
  func `an image worker opens nothing and has no network, a download worker reads and connects`(
    target: Target
  ) throws {
    let filter = filter(target, threads: false)
    let downloads = target.kind == SYSTEM_WORKER_DOWNLOADS ? Self.allow : Self.refuse
    for (x86, arm) in [(42, 203), (271, 73), (262, 79), (17, 67)] {
      #expect(try answer(filter, architecture: target.number, number(target, x86, arm)) == downloads)
    }
    let (socket, openat) = (number(target, 41, 198), number(target, 257, 56))
    for (family, expected) in [(UInt64(2), downloads), (10, downloads), (1, Self.refuse), (17, Self.refuse)] {
      #expect(try answer(filter, architecture: target.number, socket, [family, 1, 0]) == expected)
    }
    // Stream pairs, close-on-exec. Datagram pairs are refused, because they can send to other addresses.
    let socketpair = number(target, 53, 199)
    for (kind, expected) in [(UInt64(1), downloads), (0o2000001, downloads), (2, Self.refuse), (5, Self.refuse)] {
      #expect(try answer(filter, architecture: target.number, socketpair, [1, kind, 0]) == expected)
    }
    // O_RDONLY | O_CLOEXEC, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE | O_RDWR.
    for (flags, expected) in [
      (UInt64(0o2000000), downloads), (1, Self.refuse), (2, Self.refuse), (0o100, Self.refuse), (0o1000, Self.refuse),
      (0o20200002, Self.refuse),
    ] {
      #expect(try answer(filter, architecture: target.number, openat, [0, 0, flags]) == expected)
    }
  }

  @Test(arguments: targets)
  func `calls of another architecture kill the process`(target: Target) throws {
    let filter = filter(target, threads: false)
    #expect(try answer(filter, architecture: 0x4000_0003, 0) == Self.kill)
    // x32: numbers with bit 30.
    #expect(try answer(filter, architecture: target.number, 0x4000_0000) == Self.refuse)
  }
}
