package import Codecs
internal import Imaging
package import SystemPackage

/// Reads what stands before the pixels of a file, and as little of the file as that takes. One serves one worker.
package final class HeaderReader {
  private let limits: DecodeLimits
  private let pool = BufferPool()
  private let decoder: Decoder

  /// Headers of cameras, with their preview and colour profile, mostly end before that.
  private static let startByteCount = 128 << 10
  /// The largest file that is read whole only to tell what decodes it: a progressive JPEG of some 200 megapixels.
  package static let mostForecastByteCount = 64 << 20

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
      return (try header(in: start), byteCount)
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

  /// The same, its `path` as sure as it can be without decoding; for that a progressive JPEG is read whole, unless it is
  /// larger than `mostForecastByteCount`.
  package func readForecast(_ path: FilePath) throws(JobError) -> (header: ImageHeader, byteCount: Int) {
    var (header, byteCount) = try read(path)
    if header.leavesPathOpen, byteCount <= HeaderReader.mostForecastByteCount {
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
