internal import ImageCore
internal import ImageErrors
internal import SystemPackage
package import SystemSupport

/// A job's source, opened once. Retries read the same open file, which must not have changed.
///
/// A worker process receives one descriptor per job and has no permission to open the path.
package struct OpenSource: ~Copyable {
  private let file: Descriptor
  /// Status at the first read.
  private var status: FileStatus?

  package init(_ file: consuming Descriptor) { self.file = file }

  /// Reads from the start, like `SourceFile.read`.
  mutating func read(
    byteLimit: Int, whole: Int = 0, startOnly: Int = .max, pool: BufferPool
  ) throws(JobError) -> SourceFile {
    if status != nil { try reading { () throws(Errno) in try file.rewind() } }
    let source = try SourceFile.read(file, byteLimit: byteLimit, whole: whole, startOnly: startOnly, pool: pool)
    guard status == nil || status == source.status else { throw .changedWhileReading }
    status = source.status
    return source
  }
}
