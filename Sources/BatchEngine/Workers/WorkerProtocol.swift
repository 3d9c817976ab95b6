internal import ImageCodecs
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
  /// Whether the worker opens the libraries of HEIC and the like (`RuntimeLibraries`).
  var opensLibraries = false

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
    for value in [
      threadsPerImage, timeout?.nanoseconds ?? 0, allowance, perImageLimit, parent, opensLibraries ? 1 : 0,
    ] { wire.write(value) }
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
    opensLibraries = try wire.integer(in: 0...1) == 1
    try wire.end()
  }
}

/// What a worker does with the open file that is sent with the request.
enum WorkerRequest {
  /// Makes outputs.
  case job(JobRequest)
  /// Reads the header, and decodes the pixels if their damage must be known.
  case header(decodes: Bool)

  var bytes: [UInt8] {
    var wire = WireWriter()
    switch self {
    case .job(let job):
      wire.write(0)
      job.write(to: &wire)
    case .header(let decodes): wire.write(decodes ? 2 : 1)
    }
    return wire.bytes
  }

  init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    switch try wire.integer(in: 0...2) {
    case 0: self = .job(try JobRequest(from: &wire))
    case 1: self = .header(decodes: false)
    default: self = .header(decodes: true)
    }
    try wire.end()
  }
}

/// The outputs to make. The request contains no path.
struct JobRequest {
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

  func write(to wire: inout WireWriter) {
    wire.write(name)
    wire.write(outputs.count)
    for output in outputs {
      wire.write(output.format.rawValue)
      wire.write(output.alternative?.format.rawValue ?? "")
      wire.write(output.skipReason?.rawValue ?? "")
    }
  }

  init(from wire: inout WireReader) throws(WireError) {
    name = try wire.text()
    var outputs: [JobOutput] = []
    for _ in 0..<(try wire.integer(in: 1...1000)) {
      let format = try wire.value(ImageFormat.self)
      let other = try wire.optional(ImageFormat.self).map { JobOutput.Alternative(path: "", format: $0) }
      outputs.append(JobOutput(path: "", format: format, or: other, skipReason: try wire.optional(SkipReason.self)))
    }
    self.outputs = outputs
  }

  /// The job, as far as the worker knows it.
  var job: Job { Job(index: 0, source: FilePath(name), outputs: outputs, sourceByteCount: 0) }
}

/// A message of a worker.
enum WorkerResponse {
  /// Once, before the first job: what confines the worker, and what decodes each format in it if it opened the libraries.
  case ready(Confinement, [ImageFormat: DecoderAvailability])
  /// Requests memory for the current image. The answer is 1 (granted) or 0. The grant ends with the outcome or the next request.
  case admission(byteCount: Int)
  /// The next bytes of an output, in one of the formats of the request. All pieces precede the outcome.
  case piece(output: Int, ImageFormat, bytes: [UInt8])
  case outcome(Outcome)
  case header(HeaderReply)

  /// Maximum number of bytes of an output in one frame.
  static let maxPieceByteCount = FrameChannel.maxPieceByteCount

  var bytes: [UInt8] {
    var wire = WireWriter()
    switch self {
    case .ready(let confinement, let decoders):
      wire.write(0)
      confinement.write(to: &wire)
      wire.write(decoders.count)
      for (format, availability) in decoders {
        wire.write(format.rawValue)
        availability.write(to: &wire)
      }
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
    case .header(let reply):
      wire.write(4)
      reply.write(to: &wire)
    }
    return wire.bytes
  }

  init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    switch try wire.integer() {
    case 0:
      let confinement = try Confinement(from: &wire)
      var decoders: [ImageFormat: DecoderAvailability] = [:]
      for _ in 0..<(try wire.integer(in: 0...ImageFormat.allCases.count)) {
        decoders[try wire.value(ImageFormat.self)] = try DecoderAvailability(from: &wire)
      }
      self = .ready(confinement, decoders)
    case 1: self = .admission(byteCount: try wire.integer(in: 0...Int.max))
    case 2:
      self = .piece(
        output: try wire.integer(in: 0...1000), try wire.value(ImageFormat.self), bytes: try wire.string())
    case 3: self = .outcome(try Outcome(from: &wire))
    case 4: self = .header(try HeaderReply(from: &wire))
    default: throw WireError()
    }
    try wire.end()
  }
}
