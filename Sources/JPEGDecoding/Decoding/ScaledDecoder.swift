internal import Glibc
package import ImageCore
internal import Parallelism

/// Decodes JPEG files to planes of 1/8, 1/4 or 1/2 of their size, exactly as libjpeg-turbo does, or declines.
///
/// One serves one worker.
package final class ScaledDecoder {
  private let pool: BufferPool
  /// Threads that shared the decoding of the last file.
  package private(set) var workers = 1

  package struct Request: Sendable {
    /// 8, 4 or 2; others are declined.
    package var denominator: Int
    /// Rows of the image at full size that matter: others may come out as anything, and are read only to find out
    /// whether they are sound. Nil for all.
    package var rows: Range<Int>?
    /// Columns that matter; beside them only what leads to the next block is read. Nil for all.
    package var columns: Range<Int>?
    /// 0 for no limit.
    package var maxScans = 0
    /// On the clock of `TimeLimit`, in nanoseconds; 0 for none.
    package var deadline: UInt64 = 0
    /// Threads that the image may be decoded by, 1 or more: in bands where its restart markers allow, or scan by scan. The
    /// planes do not depend on it.
    package var workers = 1

    package init(denominator: Int) { self.denominator = denominator }
  }

  package init(pool: BufferPool) { self.pool = pool }

  /// An upper bound of what a worker of a decoding takes beside its planes.
  package static func maxScratchBytes(width: Int, components: Int) -> Int {
    // Four rows of blocks, in MCUs of 32 samples, and for each block its coefficients and what is known of them.
    let blocks = BlockBatch.wholeGroups((width / 32 + 1) * 4) * 4 * components
    return blocks * (65 * 2 + 8 + 2) + maxScans * ScanDecoder.readerByteCount
      + (maxScans + components) * HuffmanTable.byteCount + 1 << 18
  }

  /// Decodes a file's bytes.
  ///
  /// Of a component whose blocks become one sample each, no AC scan of a progressive file is read: damage there stays
  /// unseen, and changes nothing at this scale. All else is read, whatever planes, rows and columns are asked for, so the
  /// verdict depends on nothing but the file and the scale. There is a plane to each component, or luma's alone; planes
  /// hold whole blocks.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, _ request: Request, into planes: [ScaledPlane]
  ) -> Verdict {
    do throws(Unsupported) {
      return try unsafe attempt(bytes, request, planes)
    } catch {
      return .declined(error)
    }
  }

  private func attempt(
    _ bytes: UnsafeRawBufferPointer, _ request: Request, _ planes: [ScaledPlane]
  ) throws(Unsupported) -> Verdict {
    guard [2, 4, 8].contains(request.denominator), let source = bytes.baseAddress else { throw .kind }
    var file = try unsafe ScaledDecoder.accepted(bytes.bytes, maxScans: request.maxScans)
    guard planes.count == file.frame.components.count || planes.count == 1 else { throw .planes }
    file.leaveOutAC(denominator: request.denominator)
    let bands = try unsafe file.bands(maximum: request.workers, bytes: bytes.bytes)
    // Of each band: where there are several, a thread each.
    let workers = bands.count > 1 ? 1 : file.workers(of: request.workers, denominator: request.denominator)
    self.workers = bands.count * workers
    let byteCount = DecodingBands.scratchByteCount(file, workers: workers)
    let scratch: PooledBuffer
    do throws(OutOfMemory) { scratch = try pool.take(byteCount: byteCount * bands.count) } catch { return .outOfMemory }
    let work = unsafe DecodingBands(
      bands: bands, workers: workers, neededRows: file.frame.mcuRows(of: request.rows), request: request,
      planes: planes, source: source,
      scratch: scratch.base, scratchByteCount: byteCount)
    let verdicts = concurrentMap(count: bands.count, workers: bands.count) { work.run($0) }
    // SAFETY: the scratch is the bands', and these have ended.
    return withExtendedLifetime(scratch) { verdicts.first { $0 != .decoded } ?? .decoded }
  }
}

extension ScaledDecoder.Request {
  /// Whether the deadline has passed.
  var isOver: Bool { TimeLimit(deadline: deadline).hasPassed }
}
