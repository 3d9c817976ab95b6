package import ImageCodecs
internal import ImageCore
package import ImageErrors
package import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// Reads what stands before the pixels of a file, and as little of the file as that takes. One serves one worker.
package final class HeaderReader {
  /// A PNG of more chunks behind its start is read whole: 80 MB of pixels, as libpng writes them.
  private static let maxChunks = 10_000

  private let limits: DecodeLimits
  private let pool = BufferPool()
  private let decoder: Decoder

  /// Headers of cameras, with their preview and color profile, mostly end before that.
  private static let startByteCount = 128 << 10
  /// The largest file that is read whole only to tell what decodes it: a progressive JPEG of some 200 megapixels.
  package static let maxForecastByteCount = 64 << 20

  package init(limits: DecodeLimits) {
    self.limits = limits
    decoder = Decoder(pool: pool)
  }

  /// The header of a regular file and the file's size in bytes.
  package func read(_ path: FilePath) throws(JobError) -> (header: ImageHeader, byteCount: Int) {
    let start = try SourceFile.read(
      path, byteLimit: limits.fileByteCount, startOnly: HeaderReader.startByteCount, pool: pool)
    let byteCount = start.status.byteCount
    do throws(CodecError) {
      var header = try header(in: start)
      guard let offset = header.unreadChunks, start.byteCount < byteCount else { return (header, byteCount) }
      if let orientation = try? lateOrientation(path, from: offset) {
        header.orientation = orientation
        header.unreadChunks = nil
        return (header, byteCount)
      }
    } catch .truncated where start.byteCount < byteCount {
      // It goes on behind the start.
    } catch {
      throw JobError(error, stage: .decode)
    }
    let whole = try SourceFile.read(path, byteLimit: limits.fileByteCount, pool: pool)
    do throws(CodecError) {
      return (try header(in: whole), byteCount)
    } catch {
      throw JobError(error, stage: .decode)
    }
  }

  /// Of a PNG whose EXIF may stand behind its pixels: only the heads of its chunks are read. Nil where they are too many.
  private func lateOrientation(_ path: FilePath, from offset: Int) throws(Errno) -> Orientation? {
    let file = try Descriptor(opening: path, .sniffed)
    return try PNGEXIFSearch.orientation(from: offset, maxChunks: HeaderReader.maxChunks) {
      (offset, count) throws(Errno) in try file.bytes(at: offset, count: count)
    }
  }

  /// The same, its `path` as sure as it can be without decoding; for that a progressive JPEG is read whole, unless it is
  /// larger than `maxForecastByteCount`.
  package func readForecast(_ path: FilePath) throws(JobError) -> (header: ImageHeader, byteCount: Int) {
    var (header, byteCount) = try read(path)
    if header.isUndecided, byteCount <= HeaderReader.maxForecastByteCount {
      let whole = try SourceFile.read(path, byteLimit: limits.fileByteCount, pool: pool)
      header.path = unsafe header.path(of: whole.bytes, limits: limits)
    }
    return (header, byteCount)
  }

  private func header(in source: borrowing SourceFile) throws(CodecError) -> ImageHeader {
    defer { decoder.finish() }
    return try unsafe decoder.readHeader(source.bytes, limits: limits)
  }
}
