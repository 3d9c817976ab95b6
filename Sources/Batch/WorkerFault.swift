#if DEBUG
  internal import Glibc
  internal import SystemPackage

  /// A fault that a worker of a debug build has on demand, for tests of what becomes of it: `IMGBATCH_FAULT=segv:NAME` on every
  /// source with NAME in its path.
  struct WorkerFault {
    private let kind: Kind
    private let name: String

    private enum Kind: String { case segv, abort, trap, exit, hang, stop, oom, garbage, flood, halfway, writing, peek }

    static var wanted: WorkerFault? {
      // SAFETY: getenv gives null or a terminated string, copied here; nothing changes the environment while it is read.
      guard let value = unsafe getenv("IMGBATCH_FAULT") else { return nil }
      let parts = unsafe String(cString: value).split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
      return WorkerFault(kind: kind, name: String(parts[1]))
    }

    func strike(_ job: Job, _ channel: FrameChannel) {
      guard job.source.string.contains(name) else { return }
      switch kind {
      case .segv: raise(SIGSEGV)
      case .abort: raise(SIGABRT)
      case .trap: fatalError("a trap that was asked for")
      case .exit: _exit(0)
      case .hang: waitForTheEnd()
      case .stop: raise(SIGSTOP)
      case .oom:
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 1 << 45, alignment: 64)
        unsafe memory.deallocate()
      case .peek:
        // No fault where it cannot: a worker is not to open any file by itself.
        if let file = try? SourceFile.open(job.source) {
          _ = file
          abort()
        }
      case .garbage:
        _ = channel.send([1, 2, 3])
        waitForTheEnd()
      case .flood:
        _ = unsafe [UInt8](repeating: 0xFF, count: 64).withUnsafeBytes {
          unsafe write(channel.descriptor, $0.baseAddress, $0.count)
        }
        waitForTheEnd()
      case .halfway:
        // Killed while it writes.
        leaveTemporary(job)
        raise(SIGKILL)
      case .writing:
        leaveTemporary(job)
        waitForTheEnd()
      }
    }

    private func leaveTemporary(_ job: Job) {
      guard let temporary = try? TemporaryFile(in: job.output.removingLastComponent()) else { return }
      _ = try? temporary.close()
    }

    /// A worker that went on might have written the picture before it is ended for its fault.
    private func waitForTheEnd() { while true { pause() } }
  }
#endif
