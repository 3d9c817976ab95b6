internal import ColorManagement
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import SystemSupport

/// Loads a source: its bytes, its header and the plan that follows from the header, once there is memory for all of it.
/// One serves one worker.
final class SourceLoader {
  var options: ThumbnailOptions
  private let threadsPerImage: Int
  private let decoder: Decoder
  private let pool: BufferPool
  private let transforms: ColorTransforms
  private var reservation: MemoryReservation

  init(
    options: ThumbnailOptions, threadsPerImage: Int, decoder: Decoder, pool: BufferPool, transforms: ColorTransforms,
    reservation: MemoryReservation
  ) {
    self.options = options
    self.threadsPerImage = threadsPerImage
    self.decoder = decoder
    self.pool = pool
    self.transforms = transforms
    self.reservation = reservation
  }

  /// Reads a source from its start.
  /// - Parameter choice: of the JPEG decoder, which decides the memory to reserve.
  func load(
    _ source: inout OpenSource, as formats: [ImageFormat], by choice: JPEGDecoderChoice, _ task: ImageTask
  ) throws -> LoadedSource {
    let file = try read(&source, formats, choice, task)
    try task.enter(.decode)
    let whole = try unsafe decoder.readHeader(file.bytes, limits: limits(task))
    let header = whole.chosen(for: options)
    var plan = try plan(header, formats, choice)
    // Only their size says how much memory they take, so they are read before the reservation: at most
    // `ImageMetadata.maxByteCount`.
    let metadata =
      options.metadata == .keep ? unsafe CarriedMetadata(file.bytes.bytes, header, plan, limit: task.limit) : nil
    try task.check()
    try reserve(estimate(header, &plan, fileByteCount: file.byteCount, metadata: metadata), task)
    return LoadedSource(
      byteCount: file.byteCount, status: file.status, file: file, sourceSize: whole.size, header: header, plan: plan,
      metadata: metadata)
  }

  /// Reserves what an image takes that could not be decoded in strips after all.
  func reserveWhole(_ source: inout LoadedSource, _ task: ImageTask) throws {
    guard source.plan.isStreamed else { return }
    source.plan = source.plan.whole
    let estimate = estimate(
      source.header, &source.plan, fileByteCount: source.byteCount, metadata: source.metadata)
    try reserve(estimate, task)
  }

  /// Whether the image has more memory than the worker's allowance.
  var isReserved: Bool { reservation.isOpen }

  /// Gives back what was reserved for the image.
  func release() { reservation.close() }

  /// The source's bytes. Those of a large file are memory too: the first are read, memory is reserved by the header among
  /// them, and then the file is read whole.
  private func read(
    _ source: inout OpenSource, _ formats: [ImageFormat], _ choice: JPEGDecoderChoice, _ task: ImageTask
  ) throws -> SourceFile {
    let limit = options.limits.fileByteCount
    let start = try task.reading { time throws(JobError) in
      try source.read(
        byteLimit: limit, whole: reservation.freeFileAllowance, startOnly: MemoryReservation.startByteCount, pool: pool,
        within: time)
    }
    pool.limit = task.limit
    if start.byteCount == start.sourceByteCount { return start }
    do {
      let header = try unsafe decoder.readHeader(start.bytes, limits: limits(task), isWhole: false)
      var plan = try plan(header, formats, choice)
      try reserve(estimate(header, &plan, fileByteCount: start.sourceByteCount, metadata: nil), task)
    } catch CodecError.truncated {
      // The header is longer than the start, and nothing is known of the image. The rest of its memory is reserved by its header.
      try reserve(MemoryEstimate(fileByteCount: start.sourceByteCount), task)
    }
    decoder.finish()
    let whole = try task.reading { time throws(JobError) in
      try source.read(byteLimit: limit, pool: pool, within: time)
    }
    pool.limit = task.limit
    return whole
  }

  private func plan(
    _ header: ImageHeader, _ formats: [ImageFormat], _ choice: JPEGDecoderChoice
  ) throws(JobError) -> ThumbnailPlan {
    var options = options
    options.decoder = choice
    var plan = ThumbnailPlan(header, options: options, formats: formats, transforms: transforms)
    try plan.checkSides()
    plan.decode.workers = threadsPerImage
    return plan
  }

  /// The memory of an image. One that would exceed the limit with several threads gets one thread: so it is admitted in
  /// every mode, or in none.
  private func estimate(
    _ header: ImageHeader, _ plan: inout ThumbnailPlan, fileByteCount: Int, metadata: CarriedMetadata?
  ) -> MemoryEstimate {
    func estimate() -> MemoryEstimate {
      MemoryEstimate(header, plan: plan, fileByteCount: fileByteCount, metadataByteCount: metadata?.byteCount ?? 0)
    }
    let first = estimate()
    guard plan.decode.workers > 1, reservation.isLimited, first.byteCount > reservation.perImageLimit else {
      return first
    }
    plan.decode.workers = 1
    return estimate()
  }

  private func reserve(_ estimate: MemoryEstimate, _ task: ImageTask) throws {
    task.beginWait()
    guard try reservation.admit(estimate) == .afterWaiting else { return }
    task.excludeWait()
    pool.limit = task.limit
    decoder.setDeadline(task.limit.deadline)
  }

  private func limits(_ task: ImageTask) -> DecodeLimits {
    var limits = options.limits
    limits.memoryByteCount = reservation.perImageLimit
    limits.deadline = task.limit.deadline
    return limits
  }
}
