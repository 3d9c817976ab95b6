package import ColorManagement
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
package import RunState
internal import SystemSupport
package import Thumbnailing

/// Makes one picture after another: the whole story from path to path. Every mode calls this and nothing else.
///
/// One serves one worker. It keeps its memory, decoders and encoders from picture to picture.
package final class Thumbnailer {
  var recipe: Recipe
  let pool: BufferPool
  let decoder: Decoder
  private var shaper: Shaper
  private var encoder: Encoder
  let bands: Int
  private let timeout: Duration?
  private let destination: any OutputDestination
  let transforms: ColourTransforms
  var gate: MemoryGate
  /// Those of the source in hand, which its outputs get.
  private var permissions = Permissions.ownerOnly

  /// - Parameters:
  ///   - bands: row bands that one picture is resampled in, each on a core of its own, and decoded in where the file allows; 1
  ///   where there are pictures enough to keep the cores busy.
  ///   - memory: asked before a picture's pixels are allocated.
  ///   - timeout: for one picture; nil for no limit.
  ///   - transforms: may be shared by all workers; nil for its own.
  package convenience init(
    recipe: Recipe, bands: Int = 1, memory: any MemoryAdmission = UnlimitedMemory(), timeout: Duration? = nil,
    transforms: ColourTransforms? = nil
  ) {
    self.init(
      recipe: recipe, bands: bands, memory: memory, timeout: timeout, transforms: transforms,
      destination: OutputFiles(existing: recipe.existing, durability: recipe.durability))
  }

  /// The same with outputs that go to `destination`.
  init(
    recipe: Recipe, bands: Int, memory: any MemoryAdmission, timeout: Duration?,
    transforms: ColourTransforms? = nil, destination: any OutputDestination
  ) {
    self.recipe = recipe
    self.destination = destination
    self.bands = bands
    self.timeout = timeout
    // What is kept between images is an allowance at most, in all: weights, transforms, free buffers.
    let quarter = memory.allowance / 4
    let mostWeightBytes = min(WeightsCache.mostBytes, quarter)
    self.transforms = transforms ?? ColourTransforms(byteLimit: quarter)
    gate = MemoryGate(memory)
    pool = BufferPool(mostFreeBytes: memory.allowance - mostWeightBytes - quarter)
    decoder = Decoder(pool: pool)
    shaper = Shaper(recipe: recipe, pool: pool, mostWeightBytes: mostWeightBytes)
    encoder = Encoder(pool: pool)
  }

  /// Makes the output of a job, or says why not. Nothing is left behind under the output's name unless it is whole.
  /// - Returns: nil where the run was to end before the picture was begun.
  package func outcome(of job: Job) -> Outcome? {
    outcome(of: job) { () throws(JobError) in try SourceFile.open(job.source) }
  }

  /// The same for a source that `opening` opens, or tells why it cannot.
  func outcome(of job: Job, opening: () throws(JobError) -> Descriptor) -> Outcome? {
    if let refusal = job.refusal { return .failed(refusal) }
    var clock = StageClock(recipe.clocks)
    defer { finish() }
    do {
      let settled = try job.outputs.map { try settlement(of: $0) }
      if let reason = settled[0], settled.allSatisfy({ $0 != nil }) { return .skipped(reason) }
      var deadline = Deadline(after: timeout)
      pool.limit = deadline.limit
      var file = try OpenSource(opening())
      do {
        return try make(job, settled, &file, &clock, &deadline)
      } catch CodecError.declined {
        return try makeWithLibjpeg(job, settled, &file, &clock, &deadline)
      }
    } catch let error as JobError {
      return .failed(error)
    } catch let error as CodecError {
      return .failed(JobError(error, stage: clock.stage))
    } catch let error as OutOfMemory {
      return .failed(JobError(error, stage: clock.stage))
    } catch is MemoryGate.RunEnds {
      return nil
    } catch {
      return .failed(JobError(stage: clock.stage, code: .internal, message: "unexpected: \(error)"))
    }
  }

  /// Lets go of the picture; of all memory, where it was so large that it was asked for.
  private func finish() {
    pool.limit = TimeLimit()
    decoder.finish()
    if gate.isOpen {
      encoder = Encoder(pool: pool)
      shaper.resampler.forget()
      gate.close()
    }
  }

  /// Once more from the start, for a file that was admitted with the little memory that `JPEGDecoding` takes.
  private func makeWithLibjpeg(
    _ job: Job, _ settled: [SkipReason?], _ file: inout OpenSource, _ clock: inout StageClock,
    _ deadline: inout Deadline
  ) throws -> Outcome {
    finish()
    pool.limit = deadline.limit
    clock.enter(.read)
    let choice = recipe.decoder
    recipe.decoder = .libjpeg
    defer { recipe.decoder = choice }
    return try make(job, settled, &file, &clock, &deadline)
  }

  private func make(
    _ job: Job, _ settled: [SkipReason?], _ file: inout OpenSource, _ clock: inout StageClock,
    _ deadline: inout Deadline
  ) throws -> Outcome {
    let source = try read(&file, job, &clock, &deadline)
    permissions = source.status.permissions

    clock.enter(.decode)
    try deadline.check(.decode)
    let (header, planned, metadata) = try header(source, of: job, &clock, &deadline)
    var plan = planned
    let order = plan.order.filter { settled[$0] == nil }
    var outputs = zip(plan.outputs, settled).map {
      OutputResult(size: $0.placement.canvas, byteCount: 0, skipped: $1)
    }
    let report: DecodeReport
    if let streamed = try streamed(header, plan, order, &clock) {
      report = streamed.report
      try recipe.tolerance.check(report)
      for (index, place) in order.enumerated() {
        clock.enter(.resize)
        try deadline.check(.resize)
        let picture = try streamed.shape.picture(index)
        try deadline.check(.resize)
        outputs[place].byteCount = try write(
          picture, plan.outputs[place], metadata, job.outputs[place], at: place, &clock, deadline)
      }
    } else {
      try admitWhole(header, &plan, metadata, source, &clock, &deadline)
      shaper.bands = plan.decode.workers
      let decoded = try decoder.decode(plan.decode)
      report = decoded.report
      try recipe.tolerance.check(report)
      for place in order.dropLast() {
        let picture = try shaped(decoded.picture.shared(), plan.outputs[place], &clock, deadline)
        outputs[place].byteCount = try write(
          picture, plan.outputs[place], metadata, job.outputs[place], at: place, &clock, deadline)
      }
      // The last one may have the decoded picture's memory.
      let last = order[order.count - 1]
      let picture = try shaped(decoded.unwrapped(), plan.outputs[last], &clock, deadline)
      outputs[last].byteCount = try write(
        picture, plan.outputs[last], metadata, job.outputs[last], at: last, &clock, deadline)
    }
    clock.finish()
    var picture = unsafe WrittenPicture(
      sourceSize: header.size, sourceByteCount: source.bytes.count, outputs: outputs,
      warningCount: report.noteCount + (report.damage == nil ? 0 : 1),
      firstWarning: report.damage?.sentence ?? report.firstNote, times: clock.times, cpuTimes: clock.cpuTimes)
    picture.notes = plan.notes
    picture.notes += (metadata?.notes ?? []).filter { !picture.notes.contains($0) }
    picture.decodingWorkers = decoder.workers
    return .written(picture)
  }

  /// Why an output needs not be made, if so.
  private func settlement(of output: JobOutput) throws -> SkipReason? {
    try destination.settlement(of: output)
  }

  private func shaped(
    _ picture: consuming Picture, _ plan: OutputPlan, _ clock: inout StageClock, _ deadline: Deadline
  ) throws -> Picture {
    clock.enter(.resize)
    try deadline.check(.resize)
    let small = try shaper.shaped(picture, plan)
    try deadline.check(.resize)
    return small
  }

  /// Encodes and writes one output's picture.
  /// - Returns: its bytes.
  private func write(
    _ small: borrowing Picture, _ plan: OutputPlan, _ metadata: CarriedMetadata?, _ output: JobOutput,
    at index: Int, _ clock: inout StageClock, _ deadline: Deadline
  ) throws -> Int {
    clock.enter(.encode)
    try deadline.check(.encode)
    var request = plan.encode
    if let metadata { request.metadata = metadata[plan] }
    let bytes = try unsafe encoder.encode(small, request)

    clock.enter(.write)
    try unsafe destination.write(bytes, of: output, at: index, permissions: permissions)
    clock.end()
    return bytes.count
  }

  /// The picture resampled while it is decoded, where that can be done; nil where it has to be decoded as a whole.
  ///
  /// It counts as opaque until a row says otherwise, which is mostly the first; then all begins again.
  /// - Parameter order: the outputs to make.
  private func streamed(
    _ header: ImageHeader, _ plan: ThumbnailPlan, _ order: [Int], _ clock: inout StageClock
  ) throws -> (shape: StreamedShape, report: DecodeReport)? {
    if !plan.isStreamed { return nil }
    for isTranslucent in [false, true] {
      let shape = try StreamedShape(shaper, header, order.map { plan.outputs[$0] }, isTranslucent: isTranslucent)
      let result = try decoder.decodeStrips { (strip) throws(OutOfMemory) in
        clock.enter(.resize)
        defer { clock.enter(.decode) }
        return try shape.add(strip)
      }
      switch result {
      case .decoded(let report): return (shape, report)
      case .declined: return nil
      case .stopped: continue
      }
    }
    return nil
  }
}
