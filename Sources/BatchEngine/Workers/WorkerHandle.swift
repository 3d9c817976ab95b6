internal import CPlatform
internal import Glibc
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// One long-lived worker process behind a socket. All its messages are validated, because an image may have compromised it.
struct WorkerHandle: ~Copyable {
  /// As reported by the worker before it received any data to decode.
  let confinement: Confinement
  /// What decodes each format in the worker, as it reported; empty if it opened no libraries.
  let decoders: [ImageFormat: DecoderAvailability]
  private let connection: WorkerSocket
  private let workerConfiguration: WorkerConfiguration
  private let memory: MemoryBudget
  private var replies: ReplyReader

  /// A worker reports within milliseconds of its start; on a busy machine, within seconds.
  private static let startTimeout = Duration.seconds(20)
  /// Maximum number of memory requests per job: for its start, its header and its pixels, and each once more if the first decoder
  /// declines.
  private static let maxAdmissions = 8

  /// Starts a worker, sends its configuration, and waits until it is confined.
  init(
    _ program: WorkerProgram, _ workerConfiguration: WorkerConfiguration, _ memory: MemoryBudget
  ) throws(ExecutorError) {
    do throws(WorkerFailure) {
      let connection = try WorkerSocket(path: program.path, variable: program.variable)
      var replies = ReplyReader(connection)
      guard connection.channel.send(workerConfiguration.bytes),
        let frame = try? replies.next(until: Deadline(after: WorkerHandle.startTimeout).nanoseconds),
        case .ready(let confinement, let decoders)? = try? WorkerResponse(frame)
      else { throw .cannotStart(reason: connection.end(.kill).message) }
      self.confinement = confinement
      self.decoders = decoders
      self.connection = connection
      self.replies = replies
      self.workerConfiguration = workerConfiguration
      self.memory = memory
    } catch {
      guard case .cannotStart(let reason) = error else { throw .noWorker(path: program.path, reason: "it died") }
      throw .noWorker(path: program.path, reason: reason)
    }
  }

  /// Lets the worker process a job, and writes its outputs. Throws if the worker dies, misses the deadline or sends invalid data.
  /// The worker is unusable then, and the caller must end it. `share` is the memory that the image holds. The caller must release
  /// it after the worker has ended, for whatever reason.
  /// - Parameters:
  ///   - job: its outputs that need no work are settled; at least one is not.
  ///   - source: opened by the parent and sent with the job, because the worker cannot open files.
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
    guard connection.channel.send(WorkerRequest.job(JobRequest(job)).bytes, with: source.number) else { throw .died }
    while true {
      switch try reply(until: clock.deadline) {
      case .piece(let output, let format, let bytes):
        let allowed = memory.allowance + share
        try clock.excluding { () throws(WorkerFailure) in try outputs.add(bytes, to: output, format, memory: allowed) }
      case .outcome(let outcome):
        guard
          outcome.isPlausible(
            for: job, options, threadsPerImage: workerConfiguration.threadsPerImage, elapsed: .now - start)
        else {
          throw .garbage
        }
        guard case .written(let image) = outcome else { return outcome }
        return try finish(outputs, image)
      case .admission(let byteCount):
        admissions += 1
        guard admissions <= WorkerHandle.maxAdmissions else { throw .garbage }
        // A new request returns what the image had before.
        memory.release(share)
        share = 0
        let answer = clock.excluding { memory.admit(byteCount) }
        switch answer {
        case .admitted(let granted): share = granted
        case .neverFits: break
        case .runEnds: throw .notBegun
        }
        guard connection.channel.send([answer == .neverFits ? 0 : 1]) else { throw .died }
      case .ready, .header: throw .garbage
      }
    }
  }

  /// Lets the worker read the header of an image. As for `outcome`, the worker is unusable after an error.
  /// - Parameter decodes: whether the pixels are decoded too, to find damage.
  mutating func header(of source: borrowing Descriptor, decodes: Bool) throws(WorkerFailure) -> HeaderReply {
    guard connection.channel.send(WorkerRequest.header(decodes: decodes).bytes, with: source.number) else {
      throw .died
    }
    let clock = JobClock(timeout: workerConfiguration.timeout)
    guard case .header(let reply) = try reply(until: clock.deadline) else { throw .garbage }
    return reply
  }

  /// Renames the outputs. The parent does the writing, so its time is added to the worker's.
  private func finish(_ outputs: ReceivedOutputs, _ image: WrittenImage) throws(WorkerFailure) -> Outcome {
    var clock = StageClock(workerConfiguration.options.clocks)
    clock.enter(.write)
    let outcome = try outputs.finish(image)
    clock.finish()
    return outcome.adding(writing: clock)
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

  /// Terminates the worker, by closing its input or with SIGKILL, and returns how it terminated.
  consuming func end(_ termination: WorkerSocket.Termination) -> WorkerSocket.End { connection.end(termination) }
}

/// The deadline for a job, whatever the worker sends. The worker enforces the timeout itself, so a worker that has not finished
/// half a second later hangs.
private struct JobClock {
  /// On CLOCK_MONOTONIC, in nanoseconds; 0 for none.
  private(set) var deadline: UInt64

  private static let grace = Duration.milliseconds(500)

  init(timeout: Duration?) { deadline = timeout.map { Deadline(after: $0 + JobClock.grace).nanoseconds } ?? 0 }

  /// Excludes time that is not the worker's from the deadline: waiting for memory, and writing.
  mutating func excluding<Value, Failure: Error>(_ work: () throws(Failure) -> Value) throws(Failure) -> Value {
    let begin = system_monotonic_nanoseconds()
    defer { if deadline > 0 { deadline += system_monotonic_nanoseconds() - begin } }
    return try work()
  }
}
