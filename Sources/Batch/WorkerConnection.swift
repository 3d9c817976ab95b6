internal import CPlatform
internal import Glibc
internal import SystemPackage

/// A worker process, started, and the socket to it.
package final class WorkerConnection: Sendable {
  let processID: pid_t
  package let channel: FrameChannel

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
    channel = FrameChannel(descriptor: ends[0])
  }

  /// Ends the worker, kindly by the end of its input or at once, and tells how it went. Nothing can be asked of it then.
  package func end(_ manner: Manner) -> String {
    if manner == .kill { kill(processID, SIGKILL) }
    channel.close()
    var status: Int32 = 0
    while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    if signal == 0 { return "it exited with status \((status >> 8) & 0xff)" }
    return unsafe "it was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
  }

  /// `imgbatch-worker` beside this executable. Not for two threads at once.
  package static func programBesideExecutable() -> String {
    guard let path = unsafe system_executable_path() else { return "imgbatch-worker" }
    let executable = unsafe String(cString: path)
    return executable.prefix(through: executable.lastIndex(of: "/") ?? executable.startIndex) + "imgbatch-worker"
  }
}
