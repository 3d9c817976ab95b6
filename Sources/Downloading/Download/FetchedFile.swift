internal import ImageCore
package import ImageErrors
internal import RunState
package import SystemPackage
internal import SystemSupport

/// Finds out whether a file that came is the picture that it should be.
package struct FetchedFile {
  /// Larger pictures are not decoded only to be looked at.
  private static let mostDecodedPixels = 1 << 26

  private let images: any ImageCheck

  init(_ images: any ImageCheck) { self.images = images }

  /// The header of the picture in the file, by its content alone.
  func check(_ path: FilePath, _ answer: Answer, sha256: [UInt8]?) throws(JobError) -> DownloadedImage {
    let header: DownloadedImage
    do throws(JobError) {
      header = try images.header(of: path)
    } catch {
      guard error.code == .notAnImage || error.code == .unsupported else { throw error }
      throw JobError(stage: error.stage, code: error.code, message: error.message + FetchedFile.words(of: answer))
    }
    if !answer.lengthIsKnown, try !isWhole(path, header) { throw .fetch(.truncated, "the picture has no end") }
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

  /// Sees to it that a file that was joined of parts is one picture: it decodes whole.
  /// - Parameter strictly: without the least complaint of the decoder. Joined parts of two pictures may cause no other, but
  ///   so may some whole pictures.
  func checkJoined(_ path: FilePath, _ header: DownloadedImage, strictly: Bool) throws(JobError) {
    guard header.size.pixelCount <= FetchedFile.mostDecodedPixels else {
      if try images.extent(of: path, header) == .cut { throw .partsDiffer }
      return
    }
    guard try images.decodes(path, strictly: strictly) else { throw .partsDiffer }
  }

  /// Asked where no length was told, so that a connection that was cut looks like one that ended.
  private func isWhole(_ path: FilePath, _ header: DownloadedImage) throws(JobError) -> Bool {
    switch try images.extent(of: path, header) {
    case .whole: return true
    case .cut: return false
    case .unclear:
      guard header.size.pixelCount <= FetchedFile.mostDecodedPixels else { return false }
      return try images.decodes(path, strictly: false)
    }
  }

  /// Whether a regular file lies there that has the same bytes.
  func isSame(_ file: FilePath, _ other: FilePath) throws(JobError) -> Bool {
    guard let one = FileStamp(of: file, links: .stay), let two = FileStamp(of: other, links: .stay),
      one.byteCount == two.byteCount
    else { return false }
    return try digest(of: file) == digest(of: other)
  }

  private func digest(of path: FilePath) throws(JobError) -> [UInt8] {
    var hash = SHA256()
    try FetchedFile.forEachChunk(of: path) { hash.update($0) }
    return hash.digest()
  }

  package static func forEachChunk(of path: FilePath, _ body: (ArraySlice<UInt8>) -> Void) throws(JobError) {
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

extension JobError {
  fileprivate static let partsDiffer = JobError.fetch(
    .corrupt, "the parts that the server sent are not of one picture")
}
