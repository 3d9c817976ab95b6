internal import CPlatform
internal import Glibc
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// One long-lived worker process at the other end of a socket. What it sends is believed only as far as it is checked: an
/// image may have taken it over.
@safe struct WorkerHandle: ~Copyable {
  /// As the worker reported it before it got anything to decode.
  let confinement: Confinement
  private let connection: WorkerSocket
  private let workerConfiguration: WorkerConfiguration
  private let memory: MemoryBudget
  private var replies: ReplyReader

  /// A started worker reports within milliseconds; on a machine with much else to do, in seconds.
  private static let startTimeout = Duration.seconds(20)
  /// Requests for memory that a job may make: at its start, its header, its pixels, and once more each where the first decoder
  /// declines.
  private static let maxAdmissions = 8

  /// Starts the worker, sends it what it works on, and waits until it is confined. `variable` joins its environment, as
  /// "NAME=value".
  init(
    path: String, workerConfiguration: WorkerConfiguration, memory: MemoryBudget, variable: String? = nil
  ) throws(WorkerFailure) {
    let connection = try WorkerSocket(path: path, variable: variable)
    var replies = ReplyReader(connection)
    guard connection.channel.send(workerConfiguration.bytes),
      let frame = try? replies.next(until: Deadline(after: WorkerHandle.startTimeout).nanoseconds),
      case .ready(let confinement)? = try? WorkerResponse(frame)
    else { throw .cannotStart(reason: connection.end(.kill).message) }
    self.confinement = confinement
    self.connection = connection
    self.replies = replies
    self.workerConfiguration = workerConfiguration
    self.memory = memory
  }

  /// Has the worker do a job, and writes its outputs. Throws when it ends, is silent for too long or sends what makes no sense;
  /// it is of no more use then and has to be ended, for which `share` is kept: the memory that the image was given, to be
  /// released when the worker has ended in whatever way.
  /// - Parameters:
  ///   - job: with the reason on each output that needs not be made; one at least has to.
  ///   - source: is opened by the parent and goes along: the worker cannot open files.
  mutating func outcome(
    of job: Job, source: borrowing Descriptor, share: inout Int
  ) throws(WorkerFailure) -> Outcome {
    let options = workerConfiguration.options
    let permissions = (try? FileStatus(of: source))?.permissions ?? .ownerOnly
    let outputs = ReceivedOutputs(
      of: job, existing: options.existing, durability: options.durability, permissions: permissions)
    let start = ContinuousClock.now
    var clock = JobClock(timeout: workerConfiguration.timeout)
    var admissions = 0
    guard connection.channel.send(WorkerRequest(job).bytes, with: source.number) else { throw .died }
    while true {
      switch try reply(until: clock.deadline) {
      case .piece(let output, let bytes):
        let allowed = memory.allowance + share
        try clock.excluding { () throws(WorkerFailure) in try outputs.add(bytes, to: output, memory: allowed) }
      case .outcome(let outcome):
        guard outcome.isPlausible(for: job, options, bands: workerConfiguration.bands, elapsed: .now - start) else {
          throw .garbage
        }
        guard case .written(let image) = outcome else { return outcome }
        return try finish(outputs, image)
      case .admission(let byteCount):
        admissions += 1
        guard admissions <= WorkerHandle.maxAdmissions else { throw .garbage }
        // What it was given before, it has given back.
        memory.release(share)
        share = 0
        let answer = clock.excluding { memory.admit(byteCount) }
        switch answer {
        case .admitted(let granted): share = granted
        case .neverFits: break
        case .runEnds: throw .notBegun
        }
        guard connection.channel.send([answer == .neverFits ? 0 : 1]) else { throw .died }
      case .ready: throw .garbage
      }
    }
  }

  /// Names the outputs. Writing is this process's part, and its time.
  private func finish(_ outputs: ReceivedOutputs, _ image: WrittenImage) throws(WorkerFailure) -> Outcome {
    var clock = StageClock(workerConfiguration.options.clocks)
    clock.enter(.write)
    let outcome = try outputs.finish(image)
    guard case .written(var image) = outcome else { return outcome }
    clock.finish()
    image.times[.write] += clock.times[.write]
    image.cpuTimes[.write] += clock.cpuTimes[.write]
    return .written(image)
  }

  private mutating func reply(until deadline: UInt64) throws(WorkerFailure) -> WorkerResponse {
    do {
      return try WorkerResponse(try replies.next(until: deadline))
    } catch ChannelEnd.timedOut {
      throw .silent
    } catch ChannelEnd.closed {
      throw .died
    } catch {
      throw .garbage
    }
  }

  /// Ends the worker, by the end of its input or at once, and says how it ended.
  consuming func end(_ termination: WorkerSocket.Termination) -> WorkerSocket.End { connection.end(termination) }
}

/// When a worker has to have ended a job, whatever it sends: it keeps to the timeout by itself, so that one that has not ended
/// half a second later hangs.
private struct JobClock {
  /// On CLOCK_MONOTONIC; 0 for never.
  private(set) var deadline: UInt64

  private static let grace = Duration.milliseconds(500)

  init(timeout: Duration?) { deadline = timeout.map { Deadline(after: $0 + JobClock.grace).nanoseconds } ?? 0 }

  /// Does what is not the worker's time: waiting for other images, writing.
  mutating func excluding<Value, Failure: Error>(_ work: () throws(Failure) -> Value) throws(Failure) -> Value {
    let begin = system_monotonic_nanoseconds()
    defer { if deadline > 0 { deadline += system_monotonic_nanoseconds() - begin } }
    return try work()
  }
}
