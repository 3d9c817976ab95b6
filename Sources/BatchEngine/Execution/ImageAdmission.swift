internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemSupport
internal import Thumbnailing

/// How an image comes in: its bytes, its header and what follows from that, once there is memory for it.
extension Thumbnailer {
  /// An image that could not be streamed after all needs more memory than it said.
  func admitWhole(
    _ header: ImageHeader, _ plan: inout ThumbnailPlan, _ metadata: CarriedMetadata?, _ source: borrowing SourceFile,
    _ clock: inout StageClock, _ deadline: inout Deadline
  ) throws {
    guard plan.isStreamed else { return }
    plan = plan.whole
    let estimate = estimate(header, &plan, fileByteCount: source.byteCount, metadata: metadata)
    if try admit(estimate, &clock, &deadline) == .afterWaiting {
      _ = try unsafe decoder.readHeader(source.bytes, limits: limits(deadline))
    }
  }

  /// The source's bytes. Those of a large file are memory too: so its start is read first, and the rest when the image
  /// is admitted.
  func read(
    _ file: inout OpenSource, _ job: Job, _ clock: inout StageClock, _ deadline: inout Deadline
  ) throws -> SourceFile {
    let limit = options.limits.fileByteCount
    let start = try file.read(
      byteLimit: limit, whole: reservation.freeFileAllowance, startOnly: MemoryReservation.startByteCount, pool: pool)
    if start.byteCount == start.status.byteCount { return start }
    do {
      let header = try unsafe decoder.readHeader(start.bytes, limits: limits(deadline))
      var plan = try plan(header, job)
      try admit(
        estimate(header, &plan, fileByteCount: start.status.byteCount, metadata: nil), &clock, &deadline)
    } catch CodecError.truncated {
      // The header is longer than the start: admitted as if it were the largest image there can be.
      try admit(nil, &clock, &deadline)
    }
    decoder.finish()
    return try file.read(byteLimit: limit, pool: pool)
  }

  /// The header and what follows from it, when the image is admitted. Metadata are read before, at most
  /// `ImageMetadata.maxByteCount`: only then is it known how much they are.
  func header(
    _ source: borrowing SourceFile, of job: Job, _ clock: inout StageClock, _ deadline: inout Deadline
  ) throws -> (ImageHeader, ThumbnailPlan, CarriedMetadata?) {
    let header = try unsafe decoder.readHeader(source.bytes, limits: limits(deadline))
    var plan = try plan(header, job)
    let metadata =
      options.metadata == .keep ? unsafe CarriedMetadata(source.bytes, header, plan, limit: pool.limit) : nil
    try deadline.check(.decode)
    let estimate = estimate(header, &plan, fileByteCount: source.byteCount, metadata: metadata)
    if try admit(estimate, &clock, &deadline) == .afterWaiting {
      // The decoder has to know the new deadline.
      _ = try unsafe decoder.readHeader(source.bytes, limits: limits(deadline))
    }
    return (header, plan, metadata)
  }

  private func plan(_ header: ImageHeader, _ job: Job) throws(JobError) -> ThumbnailPlan {
    var plan = ThumbnailPlan(header, options: options, formats: job.outputs.map(\.format), transforms: transforms)
    try plan.checkSides()
    plan.decode.workers = bands
    return plan
  }

  /// What an image takes. One that would take too much with several threads has one: so it is admitted in any mode, or in none.
  private func estimate(
    _ header: ImageHeader, _ plan: inout ThumbnailPlan, fileByteCount: Int, metadata: CarriedMetadata?
  ) -> MemoryEstimate {
    func estimate() -> MemoryEstimate {
      MemoryEstimate(
        header, plan: plan, fileByteCount: fileByteCount, metadataByteCount: metadata?.byteCount ?? 0)
    }
    let first = estimate()
    guard plan.decode.workers > 1, reservation.isLimited, first.byteCount > reservation.perImageLimit else {
      return first
    }
    plan.decode.workers = 1
    return estimate()
  }

  @discardableResult
  private func admit(
    _ estimate: MemoryEstimate?, _ clock: inout StageClock, _ deadline: inout Deadline
  ) throws -> MemoryReservation.Admission {
    clock.end()
    let begin = deadline.now
    let admission = try reservation.admit(estimate)
    if admission == .afterWaiting {
      clock.skip()
      deadline.exclude(since: begin)
      pool.limit = deadline.limit
    }
    return admission
  }

  private func limits(_ deadline: Deadline) -> DecodeLimits {
    var limits = options.limits
    limits.memoryByteCount = reservation.perImageLimit
    limits.deadline = deadline.nanoseconds
    return limits
  }
}
