internal import CPlatform
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A worker process, started, and the socket to it.
package final class WorkerConnection: Sendable {
  let processID: pid_t
  package let channel: FrameChannel

  /// Those that have not been waited for.
  private static let running = Mutex<Set<pid_t>>([])

  package enum Manner: Sendable { case endOfInput, kill }

  /// - Parameters:
  ///   - path: of the worker program.
  ///   - variable: joins its environment, as "NAME=value".
  package init(path: String, variable: String? = nil) throws(WorkerFailure) {
    var ends: [Int32] = [-1, -1]
    guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .cannotStart(reason: Errno(rawValue: errno).description)
    }
    var child: pid_t = 0
    let status = unsafe system_spawn_worker(path, ends[1], variable, &child)
    close(ends[1])
    guard status == 0 else {
      close(ends[0])
      throw .cannotStart(reason: Errno(rawValue: status).description)
    }
    processID = child
    WorkerConnection.running.withLock { _ = $0.insert(child) }
    channel = FrameChannel(descriptor: ends[0])
  }

  /// Ends the worker, kindly by the end of its input or at once, and tells how it went. Nothing can be asked of it then.
  package func end(_ manner: Manner) -> String {
    if manner == .kill { kill(processID, SIGKILL) }
    channel.close()
    // Before the system may give the number to another process.
    WorkerConnection.running.withLock { _ = $0.remove(processID) }
    var status: Int32 = 0
    while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    if signal == 0 { return "it exited with status \((status >> 8) & 0xff)" }
    return unsafe "it was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
  }

  /// Stops all workers where they are, for a process that is about to end, which ends them too: they write nothing more, and
  /// who waits for one waits on.
  static func stopAll() {
    running.withLock { processes in
      for process in processes { kill(process, SIGSTOP) }
      // A signal is obeyed when the worker comes out of the system call it is in; one that hangs there writes nothing.
      for process in processes {
        for _ in 0..<100 where processState(process).map({ !"TtZX".utf8.contains($0) }) ?? false { usleep(1000) }
      }
    }
  }

  /// `imgbatch-worker` beside this executable. Not for two threads at once.
  package static func programBesideExecutable() -> String {
    guard let path = unsafe system_executable_path() else { return "imgbatch-worker" }
    let executable = unsafe String(cString: path)
    return executable.prefix(through: executable.lastIndex(of: "/") ?? executable.startIndex) + "imgbatch-worker"
  }
}
