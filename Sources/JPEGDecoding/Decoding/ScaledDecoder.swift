internal import Glibc
package import ImageCore
internal import Parallelism

/// Decodes JPEG files to planes at 1/8, 1/4, 1/2 or all of their size, byte for byte like libjpeg-turbo, or declines them.
///
/// Each worker needs its own decoder.
package final class ScaledDecoder {
  private let pool: BufferPool
  private let kernels: any DecodingKernels.Type
  /// Threads that shared the decoding of the last file.
  package private(set) var workers = 1

  /// - Parameter kernels: the build of the loops that this processor can run.
  package init(pool: BufferPool, kernels: any DecodingKernels.Type) {
    self.pool = pool
    self.kernels = kernels
  }

  /// Decodes the bytes of a file.
  ///
  /// If the blocks of a component become one sample each, its AC scans in a progressive file are not read. Damage there remains
  /// undetected and changes nothing at this scale. All other data are read, whichever planes, rows and columns are needed, so the
  /// verdict depends only on the file and the scale. There must be one plane per component, or one for luma alone. Planes hold
  /// whole blocks.
  ///
  /// - Parameter take: called after each strip with its rows of MCUs, on any thread; returns false to stop.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, _ request: Request, into planes: [ScaledPlane],
    take: (_ strip: Range<Int>) -> Bool = { _ in true }
  ) -> Verdict {
    withoutActuallyEscaping(take) { take in
      do throws(Unsupported) {
        return try unsafe attempt(bytes, request, planes, take)
      } catch {
        return .declined(error)
      }
    }
  }

  private func attempt(
    _ bytes: UnsafeRawBufferPointer, _ request: Request, _ planes: [ScaledPlane],
    _ take: @escaping (Range<Int>) -> Bool
  ) throws(Unsupported) -> Verdict {
    guard [1, 2, 4, 8].contains(request.denominator), let source = bytes.baseAddress else { throw .kind }
    var file = try unsafe ScaledDecoder.accepted(bytes.bytes, maxScans: request.maxScans)
    guard planes.count == file.frame.components.count || planes.count == 1 else { throw .planes }
    file.leaveOutAC(denominator: request.denominator)
    let bands = try unsafe file.bands(maximum: request.strips == .whole ? request.workers : 1, bytes: bytes.bytes)
    // Threads per band. With several bands, each has one thread.
    let workers = bands.count > 1 ? 1 : file.workers(of: request.workers, denominator: request.denominator)
    self.workers = bands.count * workers
    let byteCount = kernels.scratchByteCount(file, workers: workers)
    let scratch: PooledBuffer
    do throws(OutOfMemory) { scratch = try pool.take(byteCount: byteCount * bands.count) } catch { return .outOfMemory }
    let work = unsafe DecodingBands(
      kernels: kernels, bands: bands, workers: workers,
      rows: MCURows(
        count: file.frame.mcuRows, needed: file.frame.mcuRows(of: request.rows), strips: request.strips, take: take),
      request: request, planes: planes, source: source,
      scratch: scratch.base, scratchByteCount: byteCount)
    let verdicts = concurrentMap(count: bands.count, workers: bands.count) { work.run($0) }
    // SAFETY: only the bands use the scratch, and they have ended.
    return withExtendedLifetime(scratch) { verdicts.first { $0 != .decoded } ?? .decoded }
  }
}
