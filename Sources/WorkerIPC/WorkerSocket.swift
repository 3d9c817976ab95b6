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
    var pipe: [Int32] = [-1, -1]
    var status = unsafe system_private_pipe(&pipe)
    var child: pid_t = 0
    if status == 0 { status = unsafe system_spawn_worker(path, ends[1], pipe[1], variable, &child) }
    close(ends[1])
    if pipe[1] >= 0 { close(pipe[1]) }
    guard status == 0 else {
      close(ends[0])
      if pipe[0] >= 0 { close(pipe[0]) }
      throw .cannotStart(reason: Errno(rawValue: status).description)
    }
    processID = child
    WorkerSocket.running.withLock { _ = $0.insert(child) }
    channel = FrameChannel(descriptor: ends[0])
    messages = WorkerMessages(owning: pipe[0])
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
    let (signal, text) = (status & 0x7f, messages.text)
    let wrote = text.isEmpty ? "" : "; it wrote: \(text)"
    if signal == 0 { return End(message: "it exited with status \((status >> 8) & 0xff)\(wrote)", lackedMemory: false) }
    let isKernel = signal == SIGKILL && OutOfMemoryKills.count > killsBefore
    return unsafe End(
      message: "it was ended by signal \(signal) (\(String(cString: strsignal(signal))))\(wrote)",
      lackedMemory: isKernel || text.contains(WorkerSocket.refusal))
  }

  /// Swift's runtime writes this when it aborts because an allocation fails.
  private static let refusal = "failed to allocate"

  /// Closes the worker's input and waits until the worker's end of the socket closes, as it does when the process exits. Waits at
  /// most 5 s, because a compromised worker may do neither.
  private func waitForEnd() {
    shutdown(channel.descriptor, Int32(SHUT_WR))
    let end = ContinuousClock.now + .seconds(5)
    var bytes = [UInt8](repeating: 0, count: 4096)
    while ContinuousClock.now < end {
      guard (try? Polling.isReadable(channel.descriptor, milliseconds: 100)) == true else { continue }
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
        for _ in 0..<100 where processState(process).map({ !"TtZX".utf8.contains($0) }) ?? false { usleep(1000) }
      }
    }
  }

  /// The path of `imgbatch-worker` in the folder of this executable. Not thread-safe.
  package static func programBesideExecutable() -> String {
    guard let path = unsafe system_executable_path() else { return "imgbatch-worker" }
    let executable = unsafe String(cString: path)
    return executable.prefix(through: executable.lastIndex(of: "/") ?? executable.startIndex) + "imgbatch-worker"
  }
}
