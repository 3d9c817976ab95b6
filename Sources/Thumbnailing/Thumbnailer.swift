package import ColorManagement
internal import ImageCodecs
package import ImageCore
package import ImageErrors
package import SystemSupport

/// Makes the thumbnails of one source after another: loads it, renders its outputs and encodes them. It knows no job and no
/// path.
///
/// One serves one worker. It keeps its memory, decoders and encoders from image to image.
package final class Thumbnailer {
  package enum Failure: Error {
    case failed(JobError)
    /// The run ended before the image was begun.
    case cancelled
  }

  /// May be changed between images.
  package var options: ThumbnailOptions {
    didSet {
      loader.options = options
      renderer.options = options
    }
  }

  private let pool: BufferPool
  private let decoder: Decoder
  private let loader: SourceLoader
  private var renderer: OutputRenderer
  private var encoder: Encoder
  /// The best file so far of an output with a limit on its bytes.
  private var kept: [UInt8] = []

  /// - Parameters:
  ///   - threadsPerImage: threads that decode and resample one image; 1 where there are images enough for all cores.
  ///   - memory: asked before an image's pixels are allocated.
  ///   - transforms: may be shared by all workers; nil for those of this one.
  package init(
    options: ThumbnailOptions, threadsPerImage: Int = 1, memory: any MemoryReserving = UnlimitedMemory(),
    transforms: ColorTransforms? = nil
  ) {
    self.options = options
    // What is kept between images is at most the worker's allowance: weights, transforms, free buffers.
    let quarter = memory.allowance / 4
    let maxWeightBytes = min(WeightsCache.maxBytes, quarter)
    pool = BufferPool(maxFreeBytes: memory.allowance - maxWeightBytes - quarter)
    decoder = Decoder(pool: pool)
    loader = SourceLoader(
      options: options, threadsPerImage: threadsPerImage, decoder: decoder, pool: pool,
      transforms: transforms ?? ColorTransforms(byteLimit: quarter), reservation: MemoryReservation(memory))
    renderer = OutputRenderer(options: options, pool: pool, maxWeightBytes: maxWeightBytes)
    encoder = Encoder(pool: pool)
  }

  /// Makes the outputs of a source.
  /// - Parameters:
  ///   - formats: one for each size of the options; ignored if the options choose the format.
  ///   - pending: indices of the outputs to make, one at least.
  ///   - write: called once for each of them, the largest first, with its index, its format, its file's bytes, valid for that
  ///     call, and the status of the source's file; nil for a source in memory.
  package func make(
    _ source: inout OpenSource, as formats: [ImageFormat], pending: [Int], _ task: ImageTask,
    write: (_ index: Int, _ format: ImageFormat, _ bytes: RawSpan, _ source: FileStatus?) throws(JobError) -> Void
  ) throws(Failure) -> MadeThumbnails {
    defer { finish() }
    pool.limit = task.limit
    do {
      do {
        return try make(&source, as: formats, by: options.decoder, pending, task, write)
      } catch CodecError.declined {
        // The memory was reserved for `JPEGDecoding`, and libjpeg needs more: from the start again.
        finish()
        pool.limit = task.limit
        task.clock.enter(.read)
        return try make(&source, as: formats, by: .libjpeg, pending, task, write)
      }
    } catch let error as JobError {
      throw .failed(error)
    } catch let error as CodecError {
      throw .failed(JobError(error, stage: task.stage))
    } catch let error as OutOfMemory {
      throw .failed(JobError(error, stage: task.stage))
    } catch is MemoryReservation.RunEnds {
      throw .cancelled
    } catch {
      throw .failed(JobError(stage: task.stage, code: .internal, message: "unexpected: \(error)"))
    }
  }

  private func make(
    _ source: inout OpenSource, as formats: [ImageFormat], by choice: JPEGDecoderChoice, _ pending: [Int],
    _ task: ImageTask, _ write: (Int, ImageFormat, RawSpan, FileStatus?) throws(JobError) -> Void
  ) throws -> MadeThumbnails {
    var loaded = try loader.load(&source, as: formats, by: choice, task)
    var images = try Renderer(&loaded, pending: pending, renderer, decoder, loader, task)
    let decodingThreads = decoder.workers
    // Nothing else reads the source: outputs are encoded without its bytes in memory.
    decoder.finish()
    loaded.file = nil
    try options.tolerance.check(images.report)
    var files = [MadeThumbnails.File?](repeating: nil, count: formats.count)
    while var rendered = try images.next(task) {
      try task.enter(.encode)
      var request = loaded.request(rendered.plan)
      let bytes =
        try unsafe options.outputLimit.isSet
        ? fitted(&rendered, &request, &images, loaded, task) : encoder.encode(rendered.image, request)
      loaded.plan.settle(rendered.index, rendered.plan)
      task.clock.enter(.write)
      let kept = kept
      if let bytes = unsafe bytes {
        try unsafe write(rendered.index, request.format, bytes.bytes, loaded.status)
      } else {
        try unsafe write(rendered.index, request.format, kept.span.bytes, loaded.status)
      }
      task.clock.end()
      files[rendered.index] = MadeThumbnails.File(
        format: request.format, byteCount: unsafe bytes?.count ?? kept.count,
        isOpaque: rendered.image.isOpaque(within: task.limit), fingerprints: rendered.fingerprints,
        quality: options.outputLimit.isSet && request.format.isLossy ? request.jpeg.quality : nil)
    }
    task.clock.finish()
    return MadeThumbnails(loaded, files, images.report, decodingThreads: decodingThreads, task.clock)
  }

  /// Encodes an image so that the file is within the limit of the options.
  /// - Returns: the file's bytes; nil if they are in `kept`.
  private func fitted(
    _ rendered: inout RenderedImage, _ request: inout EncodeRequest, _ images: inout Renderer,
    _ source: borrowing LoadedSource, _ task: ImageTask
  ) throws -> UnsafeRawBufferPointer? {
    let limit = options.outputLimit.byteCount
    var search = EncodingSearch(request.format, options)
    var smallest = 0
    while let step = search.next {
      search.apply(step, to: &request)
      if request.format == .jpeg, rendered.plan.encode.jpeg.chromaFactors != request.jpeg.chromaFactors {
        if let other = try images.coarser(rendered, task) { rendered = other }
        try task.enter(.encode)
        if rendered.plan.encode.format != request.format {
          // Another crop, which is not opaque.
          request = source.request(rendered.plan)
          search = EncodingSearch(request.format, options)
          continue
        }
      }
      try task.check()
      let bytes = try unsafe encoder.encode(rendered.image, request)
      let fits = bytes.count <= limit
      search.record(step, fits: fits)
      smallest = bytes.count
      if fits {
        if search.next == nil { return unsafe bytes }
        kept = unsafe Array(bytes)
      }
    }
    guard search.applyBest(to: &request) else { throw JobError.tooLarge(smallest, request, limit: limit) }
    return nil
  }

  /// Releases the image, and all memory where the image was so large that memory was reserved for it.
  private func finish() {
    pool.limit = TimeLimit()
    decoder.finish()
    kept = []
    guard loader.isReserved else { return }
    encoder = Encoder(pool: pool)
    renderer.resampler.forget()
    loader.release()
  }
}
