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

  private func header(in source: borrowing SourceFile) throws(CodecError) -> ImageHeader {
    defer { decoder.finish() }
    return try unsafe decoder.readHeader(source.bytes, limits: limits)
  }
}
