internal import CPlatform
internal import Glibc
internal import SystemPackage

/// One long-lived worker process at the other end of a socket.
@safe struct WorkerProcess: ~Copyable {
  private let processID: pid_t
  private let channel: FrameChannel

  /// Starts the worker and tells it the recipe.
  init(path: String, recipe: Recipe, bands: Int) throws(WorkerFailure) {
    var ends: [Int32] = [-1, -1]
    guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .cannotStart(reason: Errno(rawValue: errno).description)
    }
    var child: pid_t = 0
    let status = unsafe system_spawn_worker(path, ends[1], &child)
    close(ends[1])
    guard status == 0 else {
      close(ends[0])
      throw .cannotStart(reason: Errno(rawValue: status).description)
    }
    processID = child
    channel = FrameChannel(descriptor: ends[0])
    var greeting = WireWriter()
    recipe.write(to: &greeting)
    greeting.write(bands)
    // A worker that is dead already is noticed at its first job.
    _ = channel.send(greeting.bytes)
  }

  /// Has the worker do a job. Throws when it ends or talks nonsense instead of answering; it is of no more use then.
  func outcome(of job: Job) throws(WorkerFailure) -> Outcome {
    var request = WireWriter()
    job.write(to: &request)
    guard channel.send(request.bytes), let reply = channel.receive() else { throw .died }
    do throws(WireError) {
      var reader = WireReader(reply)
      let outcome = try Outcome(from: &reader)
      try reader.end()
      return outcome
    } catch {
      throw .garbage
    }
  }

  /// Ends the worker, kindly by the end of its input or at once, and tells how it went.
  consuming func end(_ manner: Manner) -> String {
    if manner == .kill { kill(processID, SIGKILL) }
    channel.close()
    var status: Int32 = 0
    while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    if signal == 0 { return "it exited with status \((status >> 8) & 0xff)" }
    return unsafe "it was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
  }

  enum Manner { case endOfInput, kill }
}

/// How a worker process can fail the one who waits for it.
enum WorkerFailure: Error {
  case cannotStart(reason: String)
  case died
  case garbage
}
