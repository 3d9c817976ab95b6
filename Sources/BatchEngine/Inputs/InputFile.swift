internal import ImageCodecs
package import ImageCore
package import ImageErrors
internal import RunState
package import SystemPackage
package import SystemSupport

/// An input of the run: a file to process, or one that is known to fail.
package struct InputFile: Sendable {
  package let source: FilePath
  /// Offset of the relative path in the source's bytes, so that the relative path is not stored twice.
  let relativeStart: Int
  /// Size in bytes; 0 if unknown.
  package let byteCount: Int
  /// Nil if `stat` failed, in which case there is a refusal, or if it was not called: see `WalkRules.shard`.
  package let identity: FileIdentity?
  /// The format according to the first bytes. Only detected if the name does not determine it.
  package let contents: ImageFormat?
  /// Why the input fails, if that is already known.
  package let refusal: JobError?

  /// - Parameter relativeStart: offset of the relative path in the source's bytes; nil for the last component only.
  init(
    source: FilePath, relativeStart: Int?, status: FileStatus?, contents: ImageFormat? = nil,
    refusal: JobError? = nil
  ) {
    self.source = source
    self.relativeStart = relativeStart ?? (source.bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)
    byteCount = status?.byteCount ?? 0
    identity = status?.identity
    self.contents = contents
    self.refusal = refusal
  }

  /// Restores an input from its stored properties.
  init(
    source: FilePath, relativeStart: Int, byteCount: Int, identity: FileIdentity?, contents: ImageFormat?,
    refusal: JobError?
  ) {
    self.source = source
    self.relativeStart = relativeStart
    self.byteCount = byteCount
    self.identity = identity
    self.contents = contents
    self.refusal = refusal
  }

  /// The path below the walked folder, the last component of a file argument, or the mirrored part of a list entry.
  package var relative: FilePath { FilePath(bytes: relativeBytes) }

  var relativeBytes: ArraySlice<UInt8> { source.bytes.dropFirst(relativeStart) }
}

extension InputFile {
  /// Whether a name on the command line exists.
  package static func exists(_ path: FilePath) -> Bool { (try? FileStatus(of: path)) != nil }

  var facts: InputMetadata {
    InputMetadata(byteCount: byteCount, identity: identity, contents: contents, refusal: refusal)
  }

  /// The input for a file that the user named, accepted whatever its name is.
  /// - Parameters:
  ///   - relativeStart: offset of the relative path; nil for the last component only.
  ///   - folders: the refusal of a folder; nil if the caller walks folders, in which case the result for a folder is nil.
  static func named(_ path: FilePath, relativeStart: Int? = nil, folders: JobError?) -> InputFile? {
    let status: FileStatus
    do { status = try FileStatus(of: path) } catch {
      let isLink = (try? FileStatus(of: path, links: .stay).kind) == .symbolicLink
      return InputFile(
        source: path, relativeStart: relativeStart, status: nil, refusal: .read(error, isLink: isLink))
    }
    switch status.kind {
    case .regular:
      let saysFormat = SourceName(path).format != nil
      let contents = saysFormat ? nil : ImageFormat.ofContent(path)
      return InputFile(source: path, relativeStart: relativeStart, status: status, contents: contents)
    case .folder:
      guard let folders else { return nil }
      return InputFile(source: path, relativeStart: relativeStart, status: status, refusal: folders)
    case let kind:
      return InputFile(source: path, relativeStart: relativeStart, status: status, refusal: .notRegular(kind))
    }
  }
}

/// What the first bytes of a regular file show.
enum FileContents {
  case image(ImageFormat)
  /// An image in a format that this build cannot read, as in "HEIC".
  case otherImage(String)
  case other

  /// Formats without pixels.
  private static let documents = ["PDF", "SVG"]

  init(of file: borrowing Descriptor) throws(Errno) {
    var bytes = [UInt8](repeating: 0, count: ImageFormat.signatureByteCount)
    let count = try file.read(into: &bytes)
    let start = unsafe bytes.span.bytes.extracting(0..<count)
    if let format = ImageFormat.recognized(start) {
      self = format.isReadable ? .image(format) : .otherImage(format.name)
    } else if let other = ImageFormat.nameOfOther(start), !FileContents.documents.contains(other) {
      self = .otherImage(other)
    } else {
      self = .other
    }
  }
}

extension ImageFormat {
  /// The format of a suffix of a name; nil if the suffix is unknown.
  package static func ofName(_ path: FilePath) -> ImageFormat? { SourceName(path).format }

  /// The format that the first bytes of a file show; nil if they show none, or if the file cannot be read.
  package static func ofContent(_ path: FilePath) -> ImageFormat? {
    guard let file = try? Descriptor(opening: path, .sniffed), case .image(let format)? = try? FileContents(of: file)
    else { return nil }
    return format
  }
}

extension JobError {
  /// The failure of an image in a folder whose format cannot be read (`--fail-on unreadable`).
  static func unreadableFormat(_ format: String) -> JobError {
    if let known = ImageFormat.allCases.first(where: { $0.name == format }) {
      return JobError(stage: .decode, code: .missingLibrary, message: known.message(.library))
    }
    return JobError(
      stage: .decode, code: .unsupported,
      message: "unsupported: \(format); this build reads \(ImageFormat.names("and"))", hint: .convert)
  }
}
