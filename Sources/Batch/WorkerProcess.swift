internal import Glibc
internal import SystemPackage

/// One long-lived worker process at the other end of a socket.
@safe struct WorkerProcess: ~Copyable {
  private let connection: WorkerConnection
  private let timeout: Duration?
  private let memory: MemoryBudget

  /// Starts the worker and tells it what it works on. `variable` joins its environment, as "NAME=value".
  init(
    path: String, greeting: WorkerGreeting, memory: MemoryBudget, variable: String? = nil
  ) throws(WorkerFailure) {
    connection = try WorkerConnection(path: path, variable: variable)
    timeout = greeting.timeout
    self.memory = memory
    // A worker that is dead already is noticed at its first job.
    _ = channel.send(greeting.bytes)
  }

  /// Has the worker do a job. Throws when it ends, is silent or talks nonsense; it is of no more use then and has to be ended,
  /// for which `share` is kept: the memory that the picture was given, to be released when it has ended in whatever way.
  func outcome(of job: Job, share: inout Int) throws(WorkerFailure) -> Outcome {
    try send(job)
    while true {
      switch try reply() {
      case .outcome(let outcome): return outcome
      case .admission(let byteCount):
        guard byteCount >= 0 else { throw .garbage }
        // What it was given before, it has given back.
        memory.release(share)
        share = 0
        let isAdmitted: Bool
        switch memory.admit(byteCount) {
        case .admitted(let granted): (share, isAdmitted) = (granted, true)
        case .neverFits: isAdmitted = false
        case .runEnds: throw .notBegun
        }
        guard channel.send([isAdmitted ? 1 : 0]) else { throw .died }
      }
    }
  }

  /// The source is opened here and goes along: the worker needs no right to open files.
  private func send(_ job: Job) throws(WorkerFailure) {
    let isSent: Bool
    do throws(JobError) {
      let source = try SourceFile.open(job.source)
      isSent = channel.send(WorkerRequest(job: job, sourceError: nil).bytes, with: source.number)
    } catch {
      isSent = channel.send(WorkerRequest(job: job, sourceError: error).bytes)
    }
    if !isSent { throw .died }
  }

  private func reply() throws(WorkerFailure) -> WorkerReply {
    do {
      return try WorkerReply(try channel.receive(until: lastMoment))
    } catch ChannelEnd.timeIsOver {
      throw .silent
    } catch ChannelEnd.closed {
      throw .died
    } catch {
      throw .garbage
    }
  }

  /// The worker keeps to the timeout by itself; one that does not answer some time later hangs.
  private var lastMoment: UInt64 {
    guard let timeout else { return 0 }
    let grace = min(max(timeout / 2, .milliseconds(250)), .seconds(3))
    return Deadline(after: timeout + grace).nanoseconds
  }

  /// Ends the worker, kindly by the end of its input or at once, and tells how it went.
  consuming func end(_ manner: WorkerConnection.Manner) -> String { connection.end(manner) }

  var processID: pid_t { connection.processID }

  private var channel: FrameChannel { connection.channel }
}

/// How a worker process can fail the one who waits for it.
package enum WorkerFailure: Error {
  case cannotStart(reason: String)
  case died
  case silent
  case garbage
  /// Nothing is wrong with it: the run is to end, and the picture it has waits for memory.
  case notBegun
}
