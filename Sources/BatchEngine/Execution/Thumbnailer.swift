package import ColorManagement
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
package import RunState
internal import SystemSupport
package import Thumbnailing

/// Makes one image after another: the whole story from path to path. Every mode calls this and nothing else.
///
/// One serves one worker. It keeps its memory, decoders and encoders from image to image.
package final class Thumbnailer {
  var options: ThumbnailOptions
  let pool: BufferPool
  let decoder: Decoder
  private var renderer: OutputRenderer
  private var encoder: Encoder
  let bands: Int
  private let timeout: Duration?
  private let destination: any OutputDestination
  let transforms: ColorTransforms
  var reservation: MemoryReservation
  /// Those of the source in hand, which its outputs get.
  private var permissions = Permissions.ownerOnly

  /// - Parameters:
  ///   - bands: row bands that one image is resampled in, each on a core of its own, and decoded in where the file allows; 1
  ///   where there are images enough to keep the cores busy.
  ///   - memory: asked before an image's pixels are allocated.
  ///   - timeout: for one image; nil for no limit.
  ///   - transforms: may be shared by all workers; nil for its own.
  package convenience init(
    options: ThumbnailOptions, bands: Int = 1, memory: any MemoryReserving = UnlimitedMemory(),
    timeout: Duration? = nil,
    transforms: ColorTransforms? = nil
  ) {
    self.init(
      options: options, bands: bands, memory: memory, timeout: timeout, transforms: transforms,
      destination: OutputFiles(existing: options.existing, durability: options.durability))
  }

  /// The same with outputs that go to `destination`.
  init(
    options: ThumbnailOptions, bands: Int, memory: any MemoryReserving, timeout: Duration?,
    transforms: ColorTransforms? = nil, destination: any OutputDestination
  ) {
    self.options = options
    self.destination = destination
    self.bands = bands
    self.timeout = timeout
    // What is kept between images is an allowance at most, in all: weights, transforms, free buffers.
    let quarter = memory.allowance / 4
    let maxWeightBytes = min(WeightsCache.maxBytes, quarter)
    self.transforms = transforms ?? ColorTransforms(byteLimit: quarter)
    reservation = MemoryReservation(memory)
    pool = BufferPool(maxFreeBytes: memory.allowance - maxWeightBytes - quarter)
    decoder = Decoder(pool: pool)
    renderer = OutputRenderer(options: options, pool: pool, maxWeightBytes: maxWeightBytes)
    encoder = Encoder(pool: pool)
  }

  /// Makes the output of a job, or says why not. Nothing is left behind under the output's name unless it is whole.
  /// - Returns: nil where the run was to end before the image was begun.
  package func outcome(of job: Job) -> Outcome? {
    outcome(of: job) { () throws(JobError) in try SourceFile.open(job.source) }
  }

  /// The same for a source that `opening` opens, or tells why it cannot.
  func outcome(of job: Job, opening: () throws(JobError) -> Descriptor) -> Outcome? {
    if let refusal = job.refusal { return .failed(refusal) }
    var clock = StageClock(options.clocks)
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
    } catch is MemoryReservation.RunEnds {
      return nil
    } catch {
      return .failed(JobError(stage: clock.stage, code: .internal, message: "unexpected: \(error)"))
    }
  }

  /// Lets go of the image; of all memory, where it was so large that it was asked for.
  private func finish() {
    pool.limit = TimeLimit()
    decoder.finish()
    if reservation.isOpen {
      encoder = Encoder(pool: pool)
      renderer.resampler.forget()
      reservation.close()
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
    let choice = options.decoder
    options.decoder = .libjpeg
    defer { options.decoder = choice }
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
      try options.tolerance.check(report)
      for (index, position) in order.enumerated() {
        clock.enter(.resize)
        try deadline.check(.resize)
        let image = try streamed.shape.image(index)
        try deadline.check(.resize)
        outputs[position].byteCount = try write(
          image, plan.outputs[position], metadata, job.outputs[position], at: position, &clock, deadline)
      }
    } else {
      try admitWhole(header, &plan, metadata, source, &clock, &deadline)
      renderer.bands = plan.decode.workers
      let decoded = try decoder.decode(plan.decode)
      report = decoded.report
      try options.tolerance.check(report)
      for position in order.dropLast() {
        let image = try shaped(decoded.image.shared(), plan.outputs[position], &clock, deadline)
        outputs[position].byteCount = try write(
          image, plan.outputs[position], metadata, job.outputs[position], at: position, &clock, deadline)
      }
      // The last one may have the decoded image's memory.
      let last = order[order.count - 1]
      let image = try shaped(decoded.unwrapped(), plan.outputs[last], &clock, deadline)
      outputs[last].byteCount = try write(
        image, plan.outputs[last], metadata, job.outputs[last], at: last, &clock, deadline)
    }
    clock.finish()
    var image = unsafe WrittenImage(
      sourceSize: header.size, sourceByteCount: source.bytes.count, outputs: outputs,
      warningCount: report.warningCount + (report.damage == nil ? 0 : 1),
      firstWarning: report.damage?.sentence ?? report.firstNote, times: clock.times, cpuTimes: clock.cpuTimes)
    image.notes = plan.notes
    image.notes += (metadata?.notes ?? []).filter { !image.notes.contains($0) }
    image.decodingWorkers = decoder.workers
    return .written(image)
  }

  /// Why an output needs not be made, if so.
  private func settlement(of output: JobOutput) throws -> SkipReason? {
    try destination.settlement(of: output)
  }

  private func shaped(
    _ image: consuming Image, _ plan: OutputPlan, _ clock: inout StageClock, _ deadline: Deadline
  ) throws -> Image {
    clock.enter(.resize)
    try deadline.check(.resize)
    let small = try renderer.shaped(image, plan)
    try deadline.check(.resize)
    return small
  }

  /// Encodes and writes one output's image.
  /// - Returns: its bytes.
  private func write(
    _ small: borrowing Image, _ plan: OutputPlan, _ metadata: CarriedMetadata?, _ output: JobOutput,
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

  /// The image resampled while it is decoded, where that can be done; nil where it has to be decoded as a whole.
  ///
  /// It counts as opaque until a row says otherwise, which is mostly the first; then all begins again.
  /// - Parameter order: the outputs to make.
  private func streamed(
    _ header: ImageHeader, _ plan: ThumbnailPlan, _ order: [Int], _ clock: inout StageClock
  ) throws -> (shape: StripRenderer, report: DecodeReport)? {
    if !plan.isStreamed { return nil }
    for isTranslucent in [false, true] {
      let shape = try StripRenderer(renderer, header, order.map { plan.outputs[$0] }, isTranslucent: isTranslucent)
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
