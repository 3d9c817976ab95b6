internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import SystemSupport
internal import Thumbnailing

/// Makes thumbnails of encoded images.
///
/// One is enough for a process. It starts its own threads, so it never blocks those of Swift's concurrency, and any number of tasks
/// may call it. Images are decoded as by the `imgbatch` program, with the same bytes as the result.
///
/// ```swift
/// let thumbnailer = Thumbnailer()
/// let thumbnail = try await thumbnailer.thumbnail(of: bytes, ThumbnailOptions(.box(256, 256)))
/// ```
public final class Thumbnailer: Sendable {
  private let limits: ThumbnailLimits
  private let pool: WorkerPool

  /// - Parameters:
  ///   - limits: for untrusted images.
  ///   - threads: images in work at the same time, 1 or more; nil for one for each core that the process may use.
  ///   - maxWaiting: images that may wait for a thread, 0 or more; nil for any number. A call above it throws `busy` at once.
  public init(limits: ThumbnailLimits = ThumbnailLimits(), threads: Int? = nil, maxWaiting: Int? = nil) {
    let threads = threads ?? UsableCores.count
    precondition(threads >= 1, "thumbnails need at least one thread")
    precondition(maxWaiting ?? 0 >= 0, "no number of images that wait is below 0")
    self.limits = limits
    pool = WorkerPool(limits, threads: threads, maxWaiting: maxWaiting)
  }

  deinit { pool.close() }

  /// The images that wait for a thread, and those in work.
  public var load: (waiting: Int, running: Int) { pool.load }

  /// Makes a thumbnail: the first output of the options.
  /// - Parameter image: the bytes of a whole image.
  /// - Throws: `cancelled` soon after the calling task is cancelled.
  public func thumbnail(
    of image: sending [UInt8], _ options: ThumbnailOptions
  ) async throws(ThumbnailError) -> Thumbnail {
    try await thumbnails(of: image, options)[0]
  }

  /// Makes all outputs of the options, in their order, from one decoding.
  /// - Parameter image: the bytes of a whole image.
  /// - Throws: `cancelled` soon after the calling task is cancelled.
  public func thumbnails(
    of image: sending [UInt8], _ options: ThumbnailOptions
  ) async throws(ThumbnailError) -> [Thumbnail] {
    options.checkRanges()
    guard let cancellation = WorkCancellation() else { throw .noMemory }
    return try await Request(.owned(image), options, cancellation).answer(by: pool).get()
  }

  /// Makes all outputs of the options, in their order, from one decoding. Blocks the calling thread meanwhile.
  /// - Parameter image: the bytes of a whole image.
  public func thumbnails(of image: RawSpan, _ options: ThumbnailOptions) throws(ThumbnailError) -> [Thumbnail] {
    options.checkRanges()
    guard let cancellation = WorkCancellation() else { throw .noMemory }
    let answer = unsafe image.withUnsafeBytes { bytes in
      // The bytes are valid until `wait` returns, which is after their last use.
      Request(.borrowed(unsafe BorrowedBytes(bytes: bytes)), options, cancellation).wait(for: pool)
    }
    return try answer.get()
  }

  /// Reads the header of an image, in the calling thread.
  /// - Parameter image: the bytes of a whole image.
  public func info(of image: RawSpan) throws(ThumbnailError) -> ImageInfo {
    do throws(CodecError) {
      let header = try unsafe image.withUnsafeBytes { bytes throws(CodecError) in
        let decoder = Decoder(pool: BufferPool(maxFreeBytes: 0))
        defer { decoder.finish() }
        return try unsafe decoder.readHeader(bytes, limits: limits.forDecoders)
      }
      return ImageInfo(header)
    } catch {
      throw ThumbnailError(JobError(error, stage: .decode))
    }
  }
}

extension ThumbnailError {
  static let noMemory = ThumbnailError(code: .limitMemory, message: "the system refused memory")
  static let busy = ThumbnailError(code: .busy, message: "too many images wait for a thread")
  static let noThread = ThumbnailError(code: .internal, message: "the system refused a thread")
}
