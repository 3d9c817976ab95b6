internal import CPlatform
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import SystemSupport

/// A running worker process, the socket to it, and its standard output and error.
package final class WorkerSocket: Sendable {
  let processID: pid_t
  package let channel: FrameChannel
  package let messages: WorkerMessages
  private let killsBefore = OutOfMemoryKills.count

  /// Processes that have not been waited for.
  private static let running = Mutex<Set<pid_t>>([])

  package enum Termination: Sendable { case endOfInput, kill }

  /// - Parameters:
  ///   - path: path of the worker program.
  ///   - variable: an additional environment variable, as "NAME=value".
  package init(path: String, variable: String? = nil) throws(WorkerFailure) {
    var ends: [Int32] = [-1, -1]
    guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .cannotStart(reason: Errno(rawValue: errno).description)
    }
    var child: pid_t = 0
    let pipe: (reading: CInt, writing: CInt)
    do throws(Errno) {
      pipe = try Descriptor.makePipe()
      // SAFETY: the strings are zero-terminated and, like `child`, outlive the call.
      let error = unsafe system_spawn_worker(path, ends[1], pipe.writing, variable, &child)
      close(pipe.writing)
      if error != 0 {
        close(pipe.reading)
        throw Errno(rawValue: error)
      }
      close(ends[1])
    } catch {
      for end in ends { close(end) }
      throw .cannotStart(reason: error.description)
    }
    processID = child
    WorkerSocket.running.withLock { _ = $0.insert(child) }
    channel = FrameChannel(descriptor: ends[0])
    messages = WorkerMessages(owning: pipe.reading)
  }

  /// How a worker process terminated.
  package struct End {
    package let message: String
    /// Whether it died for lack of memory, either in its runtime or killed by the kernel.
    package let lackedMemory: Bool
  }

  /// Terminates the worker, by closing its input or with SIGKILL, and returns how it terminated. The worker cannot be used
  /// afterwards.
  @discardableResult
  package func end(_ termination: Termination) -> End {
    if termination == .endOfInput { waitForEnd() }
    // A process that has already exited keeps its status.
    kill(processID, SIGKILL)
    channel.close()
    // Before waitpid, after which the kernel may reuse the process ID.
    WorkerSocket.running.withLock { _ = $0.remove(processID) }
    var status: Int32 = 0
    while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
    messages.read()
    messages.close()
    let text = messages.text
    let wrote = text.isEmpty ? "" : "; it wrote: \(text)"
    switch ExitReason(waitStatus: status) {
    case .status(let status): return End(message: "it exited with status \(status)\(wrote)", lackedMemory: false)
    case .signal(let signal):
      let isKernel = signal == SIGKILL && OutOfMemoryKills.count > killsBefore
      // SAFETY: strsignal returns a zero-terminated string for every number.
      let name = unsafe String(cString: strsignal(signal))
      return End(
        message: "it was ended by signal \(signal) (\(name))\(wrote)",
        lackedMemory: isKernel || text.contains(WorkerSocket.refusal))
    }
  }

  /// Swift's runtime writes this when it aborts because an allocation fails.
  private static let refusal = "failed to allocate"

  /// A sound worker exits within milliseconds. A busy machine may delay it.
  private static let maxEndTime = Duration.seconds(5)
  private static let pollMilliseconds: CInt = 100
  /// A worker stops within microseconds, unless it hangs in a system call.
  private static let maxStopMilliseconds = 100

  /// Closes the worker's input and waits until the worker's end of the socket closes, as it does when the process exits. The wait
  /// is limited, because a compromised worker may do neither.
  private func waitForEnd() {
    shutdown(channel.descriptor, Int32(SHUT_WR))
    let end = ContinuousClock.now + WorkerSocket.maxEndTime
    var bytes = [UInt8](repeating: 0, count: 4096)
    while ContinuousClock.now < end {
      guard (try? Polling.isReadable(channel.descriptor, milliseconds: WorkerSocket.pollMilliseconds)) == true else {
        continue
      }
      // Discard what it still sends.
      guard let count = try? Descriptor.read(channel.descriptor, into: &bytes), count > 0 else { return }
    }
  }

  /// Stops all workers (SIGSTOP), for a process that is about to exit, whose exit kills them. They write nothing more, and a
  /// thread that waits for one waits forever.
  package static func stopAll() {
    running.withLock { processes in
      for process in processes { kill(process, SIGSTOP) }
      // A worker stops when it leaves its current system call. One that hangs in a call writes nothing.
      for process in processes {
        for _ in 0..<maxStopMilliseconds where processState(process).map({ !"TtZX".utf8.contains($0) }) ?? false {
          usleep(1000)
        }
      }
    }
  }

  /// The path of `imgbatch-worker` in the folder of this executable. Not thread-safe.
  package static func programNextToExecutable() -> String {
    guard let path = unsafe system_executable_path() else { return "imgbatch-worker" }
    let executable = unsafe String(cString: path)
    return executable.prefix(through: executable.lastIndex(of: "/") ?? executable.startIndex) + "imgbatch-worker"
  }
}
