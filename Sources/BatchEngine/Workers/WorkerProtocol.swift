internal import ImageCore
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

// The messages between a run and its worker processes. Each is one frame.

/// Sent to a worker process before its first job.
struct WorkerConfiguration {
  var options: ThumbnailOptions
  var threadsPerImage: Int
  var timeout: Duration?
  /// See `MemoryBudget`.
  var allowance: Int
  var perImageLimit: Int
  /// Process ID of the parent.
  var parent: Int

  init(options: ThumbnailOptions, threadsPerImage: Int, timeout: Duration?, memory: MemoryBudget, parent: Int) {
    self.options = options
    self.threadsPerImage = threadsPerImage
    self.timeout = timeout
    allowance = memory.allowance
    perImageLimit = memory.perImageLimit
    self.parent = parent
  }

  var bytes: [UInt8] {
    var wire = WireWriter()
    options.write(to: &wire)
    for value in [threadsPerImage, timeout?.nanoseconds ?? 0, allowance, perImageLimit, parent] { wire.write(value) }
    return wire.bytes
  }

  init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    options = try ThumbnailOptions(from: &wire)
    threadsPerImage = try wire.integer(in: 1...1024)
    let nanoseconds = try wire.integer()
    timeout = nanoseconds > 0 ? .nanoseconds(nanoseconds) : nil
    allowance = try wire.integer(in: 0...Int.max)
    perImageLimit = try wire.integer(in: 0...Int.max)
    parent = try wire.integer()
    try wire.end()
  }
}

/// A job for a worker: the outputs to make from the open file that is sent with it. It contains no path.
struct WorkerRequest {
  let outputs: [JobOutput]
  /// For the faults of `FaultInjection` in debug builds.
  var name = ""

  /// - Parameter job: its outputs that need no work are settled.
  init(_ job: Job) {
    outputs = job.outputs
    #if DEBUG
      name = job.source.lastComponent?.string ?? ""
    #endif
  }

  var bytes: [UInt8] {
    var wire = WireWriter()
    wire.write(name)
    wire.write(outputs.count)
    for output in outputs {
      wire.write(output.format.rawValue)
      wire.write(output.alternative?.format.rawValue ?? "")
      wire.write(output.skipReason?.rawValue ?? "")
    }
    return wire.bytes
  }

  init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    name = try wire.text()
    var outputs: [JobOutput] = []
    for _ in 0..<(try wire.integer(in: 1...1000)) {
      let format = try wire.value(ImageFormat.self)
      let other = try wire.optional(ImageFormat.self).map { JobOutput.Alternative(path: "", format: $0) }
      outputs.append(JobOutput(path: "", format: format, or: other, skipReason: try wire.optional(SkipReason.self)))
    }
    self.outputs = outputs
    try wire.end()
  }

  /// The job, as far as the worker knows it.
  var job: Job { Job(index: 0, source: FilePath(name), outputs: outputs, sourceByteCount: 0) }
}

/// A message of a worker.
enum WorkerResponse {
  /// Once, before the first job.
  case ready(Confinement)
  /// Requests memory for the current image. The answer is 1 (granted) or 0. The grant ends with the outcome or the next request.
  case admission(byteCount: Int)
  /// The next bytes of an output, in one of the formats of the request. All pieces precede the outcome.
  case piece(output: Int, ImageFormat, bytes: [UInt8])
  case outcome(Outcome)

  /// Maximum number of bytes of an output in one frame.
  static let maxPieceByteCount = FrameChannel.maxPieceByteCount

  var bytes: [UInt8] {
    var wire = WireWriter()
    switch self {
    case .ready(let confinement):
      wire.write(0)
      confinement.write(to: &wire)
    case .admission(let byteCount):
      wire.write(1)
      wire.write(byteCount)
    case .piece(let output, let format, let bytes):
      wire.write(2)
      wire.write(output)
      wire.write(format.rawValue)
      wire.write(bytes)
    case .outcome(let outcome):
      wire.write(3)
      outcome.write(to: &wire)
    }
    return wire.bytes
  }

  init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    switch try wire.integer() {
    case 0: self = .ready(try Confinement(from: &wire))
    case 1: self = .admission(byteCount: try wire.integer(in: 0...Int.max))
    case 2:
      self = .piece(
        output: try wire.integer(in: 0...1000), try wire.value(ImageFormat.self), bytes: try wire.string())
    case 3: self = .outcome(try Outcome(from: &wire))
    default: throw WireError()
    }
    try wire.end()
  }
}
