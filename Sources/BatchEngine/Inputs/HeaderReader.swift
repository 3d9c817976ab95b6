package import ImageCodecs
internal import ImageCore
package import ImageErrors
package import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// Reads the headers of image files, and as few bytes of a file as necessary. Each worker has its own.
package final class HeaderReader {
  /// A PNG with more chunks after its start is read completely. libpng writes 80 MB of pixels in this many chunks.
  private static let maxChunks = 10_000

  private let limits: DecodeLimits
  private let pool = BufferPool()
  private let decoder: Decoder
  /// Reads the headers of formats that are decoded in worker processes only; nil in such a process.
  private let isolation: IsolatedHeaders?

  /// The largest file that is read completely only to predict its decoder: a progressive JPEG of about 200 megapixels.
  package static let maxForecastByteCount = 64 << 20

  package convenience init(limits: DecodeLimits, program: WorkerProgram = WorkerProgram()) {
    self.init(limits: limits, isolation: IsolatedHeaders(program, limits))
  }

  init(limits: DecodeLimits, isolation: IsolatedHeaders?) {
    self.limits = limits
    self.isolation = isolation
    decoder = Decoder(pool: pool)
  }

  /// The header of an open file, which is read completely.
  /// - Parameter decodes: whether the pixels are decoded too, to find damage.
  func read(_ file: borrowing Descriptor, decodes: Bool) throws(JobError) -> ImageHeader {
    let whole = try SourceFile.read(file, byteLimit: limits.fileByteCount, pool: pool)
    defer { decoder.finish() }
    do throws(CodecError) {
      let header = try unsafe decoder.readHeader(whole.bytes, limits: limits)
      if decodes, let damage = try decoder.decode(DecodeRequest()).report.damage { throw damage }
      return header
    } catch {
      throw JobError(error, stage: .decode)
    }
  }

  /// Whether a file decodes without damage whose format is decoded in worker processes only.
  package func decodesIsolated(_ path: FilePath) throws(JobError) -> Bool {
    do throws(JobError) {
      return try isolation?.read(path, decodes: true) != nil
    } catch  where [.corrupt, .truncated].contains(error.code) {
      return false
    }
  }

  /// The header of a regular file, and the size of the file in bytes.
  package func read(_ path: FilePath) throws(JobError) -> (header: ImageHeader, byteCount: Int) {
    let start = try SourceFile.read(
      path, byteLimit: limits.fileByteCount, startOnly: MemoryReservation.startByteCount, pool: pool)
    let byteCount = start.sourceByteCount
    do throws(CodecError) {
      var header = try header(in: start, isWhole: start.byteCount == byteCount)
      guard let offset = header.unreadChunks, start.byteCount < byteCount else { return (header, byteCount) }
      if let orientation = try? lateOrientation(path, from: offset) {
        header.orientation = orientation
        header.unreadChunks = nil
        return (header, byteCount)
      }
    } catch .truncated where start.byteCount < byteCount {
      // The header continues after the start.
    } catch {
      return (try isolated(path, after: error), byteCount)
    }
    let whole = try SourceFile.read(path, byteLimit: limits.fileByteCount, pool: pool)
    do throws(CodecError) {
      return (try header(in: whole), byteCount)
    } catch {
      return (try isolated(path, after: error), byteCount)
    }
  }

  /// The header of a file whose format is decoded in worker processes only.
  /// - Parameter error: why the header was not read here. Thrown if that is another reason.
  private func isolated(_ path: FilePath, after error: CodecError) throws(JobError) -> ImageHeader {
    guard case .needsIsolation = error, let isolation else { throw JobError(error, stage: .decode) }
    return try isolation.read(path)
  }

  /// The orientation of a PNG whose EXIF chunk may follow the pixels. Reads only the heads of the chunks; nil if there are too
  /// many.
  private func lateOrientation(_ path: FilePath, from offset: Int) throws(Errno) -> Orientation? {
    let file = try Descriptor(opening: path, .sniffed)
    return try PNGEXIFSearch.orientation(from: offset, maxChunks: HeaderReader.maxChunks) {
      (offset, count) throws(Errno) in try file.bytes(at: offset, count: count)
    }
  }

  /// Like `read`, but with the best prediction of `path` that is possible without decoding. Reads a progressive JPEG completely
  /// for that, unless it is larger than `maxForecastByteCount`.
  package func readForecast(_ path: FilePath) throws(JobError) -> (header: ImageHeader, byteCount: Int) {
    var (header, byteCount) = try read(path)
    if header.isUndecided, byteCount <= HeaderReader.maxForecastByteCount {
      let whole = try SourceFile.read(path, byteLimit: limits.fileByteCount, pool: pool)
      header.path = unsafe header.path(of: whole.bytes, limits: limits)
    }
    return (header, byteCount)
  }

  private func header(in source: borrowing SourceFile, isWhole: Bool = true) throws(CodecError) -> ImageHeader {
    defer { decoder.finish() }
    return try unsafe decoder.readHeader(source.bytes, limits: limits, isWhole: isWhole)
  }
}
