internal import SystemPackage

/// What a worker process is told before its first job.
struct WorkerGreeting {
  var recipe: Recipe
  var bands: Int
  var timeout: Duration?
  /// As in `MemoryBudget`.
  var allowance: Int
  var mostForOne: Int
  /// The process that it works for.
  var parent: Int
  /// By which its temporary files are known.
  var run = RunNumber.current
  /// The only folder that it may write beneath; nil for no such confinement.
  var outputRoot: FilePath?

  init(
    recipe: Recipe, bands: Int, timeout: Duration?, memory: MemoryBudget, parent: Int, outputRoot: FilePath?
  ) {
    self.recipe = recipe
    self.bands = bands
    self.timeout = timeout
    allowance = memory.allowance
    mostForOne = memory.mostForOne
    self.parent = parent
    self.outputRoot = outputRoot
  }

  var bytes: [UInt8] {
    var wire = WireWriter()
    recipe.write(to: &wire)
    for value in [bands, timeout?.nanoseconds ?? 0, allowance, mostForOne, parent, run] { wire.write(value) }
    wire.write(outputRoot?.bytes ?? [])
    return wire.bytes
  }

  init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    recipe = try Recipe(from: &wire)
    bands = max(1, try wire.integer())
    let nanoseconds = try wire.integer()
    timeout = nanoseconds > 0 ? .nanoseconds(nanoseconds) : nil
    allowance = try wire.integer()
    mostForOne = try wire.integer()
    parent = try wire.integer()
    run = try wire.integer()
    let root = try wire.string()
    outputRoot = root.isEmpty ? nil : FilePath(bytes: root)
    try wire.end()
  }
}

/// A job on its way to a worker. The source goes along as an open file, or the reason why there is none.
struct WorkerRequest {
  let job: Job
  let sourceError: JobError?

  var bytes: [UInt8] {
    var wire = WireWriter()
    job.write(to: &wire)
    wire.write(sourceError == nil ? 0 : 1)
    if let sourceError { Outcome.failed(sourceError).write(to: &wire) }
    return wire.bytes
  }

  init(job: Job, sourceError: JobError?) {
    self.job = job
    self.sourceError = sourceError
  }

  init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    job = try Job(from: &wire)
    if try wire.integer() == 0 {
      sourceError = nil
    } else {
      guard case .failed(let error) = try Outcome(from: &wire) else { throw WireError() }
      sourceError = error
    }
    try wire.end()
  }
}

/// What a worker says.
enum WorkerReply {
  case outcome(Outcome)
  /// Asks for memory for the picture in hand; is answered with 1 or 0. What it is given ends with the outcome,
  /// or when it asks again.
  case admission(byteCount: Int)

  var bytes: [UInt8] {
    var wire = WireWriter()
    switch self {
    case .outcome(let outcome):
      wire.write(0)
      outcome.write(to: &wire)
    case .admission(let byteCount):
      wire.write(1)
      wire.write(byteCount)
    }
    return wire.bytes
  }

  init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    switch try wire.integer() {
    case 0: self = .outcome(try Outcome(from: &wire))
    case 1: self = .admission(byteCount: try wire.integer())
    default: throw WireError()
    }
    try wire.end()
  }
}
