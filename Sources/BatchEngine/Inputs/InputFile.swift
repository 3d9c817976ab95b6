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
      return InputFile(source: path, relativeStart: relativeStart, status: nil, refusal: .read(error))
    }
    switch status.kind {
    case .regular:
      let saysFormat = SourceName(path).format != nil
      let contents = saysFormat ? nil : try? ImageFormat.sniffed(path)
      return InputFile(source: path, relativeStart: relativeStart, status: status, contents: contents)
    case .folder:
      guard let folders else { return nil }
      return InputFile(source: path, relativeStart: relativeStart, status: status, refusal: folders)
    case let kind:
      return InputFile(source: path, relativeStart: relativeStart, status: status, refusal: .notRegular(kind))
    }
  }
}

extension ImageFormat {
  /// The format of a regular file according to its first bytes.
  static func sniffed(_ path: FilePath) throws(Errno) -> ImageFormat? {
    try sniffed(Descriptor(opening: path, .sniffed))
  }

  /// The same for an open file.
  static func sniffed(_ file: borrowing Descriptor) throws(Errno) -> ImageFormat? {
    var signature = [UInt8](repeating: 0, count: signatureByteCount)
    let count = try file.read(into: &signature)
    return unsafe recognized(signature.span.bytes.extracting(0..<count))
  }
}
