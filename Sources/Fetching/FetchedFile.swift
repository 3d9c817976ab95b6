internal import Batch
internal import Codecs
internal import SystemPackage

/// Finds out whether a file that came is the picture that it should be.
struct FetchedFile {
  private let reader: HeaderReader
  private static let tailByteCount = 1 << 16

  init(limits: DecodeLimits) { reader = HeaderReader(limits: limits) }

  /// The header of the picture in the file, by its content alone.
  func check(_ path: FilePath, _ answer: Answer, sha256: [UInt8]?) throws(JobError) -> ImageHeader {
    let header: ImageHeader
    do throws(JobError) {
      header = try reader.read(path).header
    } catch {
      guard error.code == .notAnImage || error.code == .unsupported else { throw error }
      throw JobError(stage: error.stage, code: error.code, message: error.message + FetchedFile.words(of: answer))
    }
    if !answer.lengthIsKnown, try !isWhole(path, header.format) { throw .fetch(.truncated, "the picture has no end") }
    if let sha256, try digest(of: path) != sha256 { throw .wrongDigest }
    return header
  }

  /// What a server says of a content that turned out to be no picture.
  private static func words(of answer: Answer) -> String {
    let coding = answer.contentCoding.isEmpty ? "" : "\(answer.contentCoding)-coded, which was not asked for"
    let words = [
      answer.contentType.isEmpty ? "" : "calls it \(answer.contentType)", coding.isEmpty ? "" : "sends it \(coding)",
    ]
    let said = words.filter { !$0.isEmpty }.joined(separator: " and ")
    return said.isEmpty ? "" : "; its server \(said)"
  }

  /// Whether the mark that ends a picture is near the file's end, or the file as long as its start says. Asked where no
  /// length was told, so that a connection that was cut looks like one that ended.
  private func isWhole(_ path: FilePath, _ format: ImageFormat) throws(JobError) -> Bool {
    var (start, tail, byteCount): ([UInt8], [UInt8], Int) = ([], [], 0)
    try forEachChunk(of: path) { chunk in
      byteCount += chunk.count
      start += chunk.prefix(ImageFormat.signatureByteCount - start.count)
      tail = Array((tail + chunk).suffix(FetchedFile.tailByteCount))
    }
    guard let mark = format.endMark else { return byteCount >= format.byteCount(start: start) }
    return tail.indices.contains { tail[$0...].starts(with: mark) }
  }

  private func digest(of path: FilePath) throws(JobError) -> [UInt8] {
    var hash = SHA256()
    try forEachChunk(of: path) { hash.update($0) }
    return hash.digest()
  }

  private func forEachChunk(of path: FilePath, _ body: (ArraySlice<UInt8>) -> Void) throws(JobError) {
    do throws(Errno) {
      let file = try Descriptor(opening: path, .sniffed)
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = try file.read(into: &chunk)
        if count == 0 { return }
        body(chunk[..<count])
      }
    } catch {
      throw .read(error)
    }
  }
}
