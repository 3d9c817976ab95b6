package import ImageCore
package import ImageErrors
internal import RunState
package import SystemPackage
package import SystemSupport

/// An input of the run: a file to work on, or one that is known to fail.
package struct InputFile: Sendable {
  package let source: FilePath
  /// Where in the source's bytes the relative path starts: nobody has to hold it a second time.
  let relativeStart: Int
  /// Size in bytes; 0 where not known.
  package let byteCount: Int
  /// Nil where nothing could be learnt of the file, and then there is a refusal, or where nobody looked: see
  /// `WalkRules.shard`.
  package let identity: FileIdentity?
  /// What the file is by its first bytes; only looked at where the name does not say.
  package let contents: ImageFormat?
  /// Why it fails, where that is known.
  package let refusal: JobError?

  /// - Parameter relativeStart: how many bytes of the source come before the relative path; nil for all but the last
  ///   component.
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

  /// Everything, as it was found.
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

  /// The path below the folder that was walked, the last component of a file that was named, or what a list's entry has
  /// mirrored.
  package var relative: FilePath { FilePath(bytes: relativeBytes) }

  var relativeBytes: ArraySlice<UInt8> { source.bytes.dropFirst(relativeStart) }
}

extension InputFile {
  var facts: InputMetadata {
    InputMetadata(byteCount: byteCount, identity: identity, contents: contents, refusal: refusal)
  }

  /// Looks at a file that was named by the user: it is taken whatever its name is.
  /// - Parameters:
  ///   - relativeStart: how many bytes come before the relative path; nil for all but the last component.
  ///   - folders: what is to be said of a folder; nil where the caller walks it, and then the result is nil.
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
  /// The format that the first bytes of a regular file tell.
  static func sniffed(_ path: FilePath) throws(Errno) -> ImageFormat? {
    try sniffed(Descriptor(opening: path, .sniffed))
  }

  /// - Parameter name: zero-terminated, of an entry of the folder.
  static func sniffed(_ name: UnsafePointer<CChar>, in folder: borrowing OpenFolder) throws(Errno) -> ImageFormat? {
    try unsafe sniffed(Descriptor(opening: name, in: folder.number, .sniffed))
  }

  private static func sniffed(_ file: borrowing Descriptor) throws(Errno) -> ImageFormat? {
    var signature = (UInt64(0), UInt64(0))
    return try unsafe withUnsafeMutableBytes(of: &signature) { memory throws(Errno) in
      let count = try unsafe file.read(into: memory)
      return unsafe recognised(UnsafeRawBufferPointer(rebasing: memory.prefix(count)))
    }
  }
}
