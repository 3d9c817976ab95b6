internal import BatchEngine
internal import Downloading
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import SystemPackage
internal import Thumbnailing

/// Checks downloaded files: parses the header, checks the structure, and decodes the pixels.
final class DownloadedImageCheck: ImageCheck {
  private let limits: DecodeLimits
  private let reader: HeaderReader
  private let pool = BufferPool()
  private let decoder: Decoder

  init(limits: DecodeLimits) {
    self.limits = limits
    reader = HeaderReader(limits: limits)
    decoder = Decoder(pool: pool)
  }

  func header(of path: FilePath) throws(JobError) -> DownloadedImage {
    let header = try reader.read(path).header
    return DownloadedImage(format: header.format, size: header.size)
  }

  func extent(of path: FilePath, _ image: DownloadedImage) throws(JobError) -> DownloadedImage.Extent {
    var structure = FileStructure(image.format)
    try DownloadVerifier.forEachChunk(of: path) { structure.read($0) }
    switch structure.extent {
    case .whole: return .whole
    case .cut: return .cut
    case .unclear: return .unclear
    }
  }

  func decodes(_ path: FilePath, strictly: Bool) throws(JobError) -> Bool {
    let source = try SourceFile.read(path, byteLimit: limits.fileByteCount, pool: pool)
    do throws(CodecError) {
      let report = try report(source)
      return report.damage == nil && (!strictly || report.warningCount == 0)
    } catch .needsIsolation(_) {
      return try reader.decodesIsolated(path)
    } catch {
      return false
    }
  }

  /// The decoder's report on a whole file.
  private func report(_ source: borrowing SourceFile) throws(CodecError) -> DecodeReport {
    defer { decoder.finish() }
    _ = try unsafe decoder.readHeader(source.bytes, limits: limits)
    var request = DecodeRequest()
    request.denominator = 8
    request.reading = .everything
    if case .decoded(let report) = try decoder.decodeStrips(request, { _ in true }) { return report }
    return try decoder.decode(request).report
  }
}
