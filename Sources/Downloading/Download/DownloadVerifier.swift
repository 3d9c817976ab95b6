internal import ImageCore
package import ImageErrors
internal import RunState
package import SystemPackage
internal import SystemSupport

/// Checks whether a downloaded file is the expected image.
package struct DownloadVerifier {
  /// Larger images are not decoded merely to check them.
  private static let maxDecodedPixels = 1 << 26

  private let images: any ImageCheck

  init(_ images: any ImageCheck) { self.images = images }

  /// Returns the header of the image, as found in the file's content.
  func check(_ path: FilePath, _ response: Response, sha256: [UInt8]?) throws(JobError) -> DownloadedImage {
    let header: DownloadedImage
    do throws(JobError) {
      header = try images.header(of: path)
    } catch {
      guard error.code == .notAnImage || error.code == .unsupported else { throw error }
      throw JobError(
        stage: error.stage, code: error.code, message: error.message + DownloadVerifier.text(of: response),
        hint: error.hint)
    }
    if !response.lengthIsKnown, try !isWhole(path, header) { throw .fetch(.truncated, "the image is incomplete") }
    if let sha256, try digest(of: path) != sha256 { throw .wrongDigest }
    return header
  }

  /// The server's description of content that is not an image.
  private static func text(of response: Response) -> String {
    let coding = response.contentCoding.isEmpty ? "" : "\(response.contentCoding)-coded, which was not asked for"
    let text = [
      response.contentType.isEmpty ? "" : "calls it \(response.contentType)",
      coding.isEmpty ? "" : "sends it \(coding)",
    ]
    let said = text.filter { !$0.isEmpty }.joined(separator: " and ")
    return said.isEmpty ? "" : "; its server \(said)"
  }

  /// Checks that a file joined from parts is one image: it must decode completely.
  /// - Parameter strictly: whether decoder warnings count as errors. Joined parts of two images may cause only warnings, but so
  ///   may some intact images.
  func checkJoined(_ path: FilePath, _ header: DownloadedImage, strictly: Bool) throws(JobError) {
    guard header.size.pixelCount <= DownloadVerifier.maxDecodedPixels else {
      if try images.extent(of: path, header) == .cut { throw .partsDiffer }
      return
    }
    guard try images.decodes(path, strictly: strictly) else { throw .partsDiffer }
  }

  /// Called where the length is unknown: then a dropped connection looks like the end of the response.
  private func isWhole(_ path: FilePath, _ header: DownloadedImage) throws(JobError) -> Bool {
    switch try images.extent(of: path, header) {
    case .whole: return true
    case .cut: return false
    case .unclear:
      guard header.size.pixelCount <= DownloadVerifier.maxDecodedPixels else { return false }
      return try images.decodes(path, strictly: false)
    }
  }

  /// Whether `other` is a regular file with the same bytes.
  func isSame(_ file: FilePath, _ other: FilePath) throws(JobError) -> Bool {
    guard let one = FileStamp(of: file, links: .stay), let two = FileStamp(of: other, links: .stay),
      one.byteCount == two.byteCount
    else { return false }
    return try digest(of: file) == digest(of: other)
  }

  private func digest(of path: FilePath) throws(JobError) -> [UInt8] {
    var hash = SHA256()
    try DownloadVerifier.forEachChunk(of: path) { hash.update($0) }
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
    .corrupt, "the server sent parts of different images")
}
