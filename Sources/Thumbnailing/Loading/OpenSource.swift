package import ImageCore
package import ImageErrors
internal import SystemPackage
package import SystemSupport

/// A source that was opened once, or that is in memory. Retries read the same open file, which must not have changed.
///
/// A worker process receives one descriptor per job and has no permission to open the path.
package struct OpenSource: ~Copyable {
  @safe private enum Origin: ~Copyable {
    // SAFETY: the caller of `init(bytes:)` keeps the bytes.
    case file(Descriptor)
    case memory(UnsafeRawBufferPointer)
  }

  private let origin: Origin
  /// Status at the first read.
  private var status: FileStatus?
  /// The bytes, if they were read ahead, until they are used.
  private var loaded: SourceFile?

  package init(_ file: consuming Descriptor) { origin = .file(file) }

  /// - Parameter bytes: of a whole image; must stay valid as long as the source lives.
  package init(bytes: UnsafeRawBufferPointer) { unsafe origin = .memory(bytes) }

  /// Reads the whole file before it is needed, into a buffer that no pool keeps.
  /// - Throws: as `SourceFile.read`.
  package mutating func load(byteLimit: Int, within time: TimeLimit) throws(JobError) {
    // The buffer is released with its image, on another thread than this.
    loaded = try read(byteLimit: byteLimit, pool: BufferPool(maxFreeBytes: 0), within: time)
  }

  /// Reads from the start, like `SourceFile.read`.
  mutating func read(
    byteLimit: Int, whole: Int = 0, startOnly: Int = .max, pool: BufferPool, within time: TimeLimit = TimeLimit()
  ) throws(JobError) -> SourceFile {
    if let loaded = loaded.take() { return loaded }
    switch origin {
    case .memory(let bytes): return try unsafe SourceFile(bytes: bytes, byteLimit: byteLimit)
    case .file(let file):
      if status != nil { try reading { () throws(Errno) in try file.rewind() } }
      let source = try SourceFile.read(
        file, byteLimit: byteLimit, whole: whole, startOnly: startOnly, pool: pool, within: time)
      guard status == nil || status == source.status else { throw .changedWhileReading }
      status = source.status
      return source
    }
  }

  /// The open file, for use by another process; nil for a source in memory.
  package consuming func descriptor() -> Descriptor? {
    switch consume origin {
    case .file(let file): file
    case .memory: nil
    }
  }
}
