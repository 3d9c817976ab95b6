internal import Codecs
internal import Imaging

/// Makes one picture after another: the whole story from path to path. Every mode calls this and nothing else.
///
/// One serves one worker. It keeps its memory, decoders and encoders from picture to picture.
package final class Thumbnailer {
  private let recipe: Recipe
  private let pool: BufferPool
  private let decoder: Decoder
  private let shaper: Shaper
  private var encoder: Encoder
  private let timeout: Duration?
  private var gate: MemoryGate

  /// - Parameters:
  ///   - bands: row bands that one picture is resampled in, each on a core of its own; 1 where there are pictures
  ///   enough to keep the cores busy.
  ///   - memory: asked before a picture's pixels are allocated.
  ///   - timeout: for one picture; nil for no limit.
  package init(
    recipe: Recipe, bands: Int = 1, memory: any MemoryAdmission = UnlimitedMemory(), timeout: Duration? = nil
  ) {
    self.recipe = recipe
    self.timeout = timeout
    gate = MemoryGate(memory)
    pool = BufferPool(mostFreeBytes: memory.allowance)
    decoder = Decoder(pool: pool)
    shaper = Shaper(recipe: recipe, pool: pool, bands: bands)
    encoder = Encoder(pool: pool)
  }

  /// Makes the output of a job, or says why not. Nothing is left behind under the output's name unless it is whole.
  package func outcome(of job: Job) -> Outcome {
    outcome(of: job) { () throws(JobError) in try SourceFile.open(job.source) }
  }

  /// The same for a source that `opening` opens, or tells why it cannot.
  func outcome(of job: Job, opening: () throws(JobError) -> Descriptor) -> Outcome {
    if let refusal = job.refusal { return .failed(refusal) }
    var clock = StageClock()
    defer { finish() }
    do {
      return try make(job, &clock, opening)
    } catch let error as JobError {
      return .failed(error)
    } catch let error as CodecError {
      return .failed(JobError(error, stage: clock.stage))
    } catch {
      return .failed(JobError(stage: clock.stage, code: .internal, message: "unexpected: \(error)"))
    }
  }

  /// Lets go of the picture; of all memory, where it was so large that it was asked for.
  private func finish() {
    decoder.finish()
    if gate.isOpen {
      encoder = Encoder(pool: pool)
      gate.close()
    }
  }

  private func make(
    _ job: Job, _ clock: inout StageClock, _ opening: () throws(JobError) -> Descriptor
  ) throws -> Outcome {
    if try OutputFile.mustBeSkipped(job.output, existing: recipe.existing) { return .skipped(.exists) }
    var deadline = Deadline(after: timeout)
    let source = try read(opening(), job, &clock, &deadline)

    clock.enter(.decode)
    try deadline.check(.decode)
    let (header, plan) = try header(source, of: job, &clock, &deadline)
    let decoded = try decoder.decode(plan.decode)
    let report = decoded.report
    try check(report)

    clock.enter(.resize)
    try deadline.check(.resize)
    let output = plan.outputs[0]
    let small = shaper.shaped(decoded.unwrapped(), output)
    let outputSize = small.size

    clock.enter(.encode)
    try deadline.check(.encode)
    let bytes = try unsafe encoder.encode(small, output.encode)

    clock.enter(.write)
    try unsafe OutputFile.write(bytes, to: job.output, existing: recipe.existing, durability: recipe.durability)
    clock.end()
    return unsafe .written(
      WrittenPicture(
        sourceSize: header.size, outputSize: outputSize, sourceByteCount: source.bytes.count,
        outputByteCount: bytes.count, warningCount: report.noteCount + (report.damage == nil ? 0 : 1),
        firstWarning: report.damage?.sentence ?? report.firstNote, times: clock.times,
        cpuTimes: clock.cpuTimes))
  }

  /// The source's bytes. Those of a large file are memory too: so its start is read first, and the rest when the picture
  /// is admitted.
  private func read(
    _ file: consuming Descriptor, _ job: Job, _ clock: inout StageClock, _ deadline: inout Deadline
  ) throws -> SourceFile {
    let limit = recipe.limits.fileByteCount
    let start = try SourceFile.read(
      file, byteLimit: limit, whole: gate.fileAllowance, startOnly: MemoryGate.startByteCount, pool: pool)
    if start.byteCount == start.status.byteCount { return start }
    do {
      let header = try unsafe decoder.readHeader(start.bytes, limits: limits(deadline))
      let plan = ThumbnailPlan(header, recipe: recipe, format: job.format)
      try admit(MemoryEstimate(header, plan: plan, fileByteCount: start.status.byteCount), &clock, &deadline)
    } catch CodecError.truncated {
      // The header is longer than the start: admitted as if it were the largest picture there can be.
      try admit(nil, &clock, &deadline)
    }
    decoder.finish()
    try file.rewind()
    let whole = try SourceFile.read(file, byteLimit: limit, pool: pool)
    guard whole.status == start.status else { throw JobError.changedWhileReading }
    return whole
  }

  /// The header and what follows from it, when the picture is admitted.
  private func header(
    _ source: borrowing SourceFile, of job: Job, _ clock: inout StageClock, _ deadline: inout Deadline
  ) throws -> (ImageHeader, ThumbnailPlan) {
    let header = try unsafe decoder.readHeader(source.bytes, limits: limits(deadline))
    let plan = ThumbnailPlan(header, recipe: recipe, format: job.format)
    let estimate = MemoryEstimate(header, plan: plan, fileByteCount: source.byteCount)
    if try admit(estimate, &clock, &deadline) == .afterWaiting {
      // The decoder has to know the new deadline.
      _ = try unsafe decoder.readHeader(source.bytes, limits: limits(deadline))
    }
    return (header, plan)
  }

  @discardableResult
  private func admit(
    _ estimate: MemoryEstimate?, _ clock: inout StageClock, _ deadline: inout Deadline
  ) throws(JobError) -> MemoryGate.Admission {
    clock.end()
    let admission = try gate.admit(estimate)
    if admission == .afterWaiting {
      clock.skip()
      deadline.restart()
    }
    return admission
  }

  private func limits(_ deadline: Deadline) -> DecodeLimits {
    var limits = recipe.limits
    limits.memoryByteCount = gate.mostForOne
    limits.deadline = deadline.nanoseconds
    return limits
  }

  private func check(_ report: DecodeReport) throws(CodecError) {
    switch recipe.tolerance {
    case .nothingFails: return
    case .warningFails where report.damage == nil && report.noteCount > 0:
      throw .corrupt("the decoder warns: \(report.firstNote)")
    case .warningFails, .damageFails:
      if let damage = report.damage { throw damage }
    }
  }
}
