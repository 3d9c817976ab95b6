package import ImageCore
package import ImageErrors
package import SystemPackage
package import SystemSupport
package import Thumbnailing

extension SourceFile {
  /// Opens a source of any kind: reading it shows whether it is a regular file.
  package static func open(_ path: FilePath) throws(JobError) -> Descriptor {
    do { return try Descriptor(opening: path, .sniffed) } catch { throw .read(error) }
  }

  /// Reads a regular file of at most `byteLimit` bytes, or the first `startOnly` of them.
  package static func read(
    _ path: FilePath, byteLimit: Int, startOnly: Int = .max, pool: BufferPool, beforeCheck: () -> Void = {}
  ) throws(JobError) -> SourceFile {
    try read(open(path), byteLimit: byteLimit, startOnly: startOnly, pool: pool, beforeCheck: beforeCheck)
  }
}
