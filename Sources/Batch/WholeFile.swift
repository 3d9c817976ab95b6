package import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A file of text, such as a page, that appears under its name when it is whole or not at all.
package enum WholeFile {
  /// Finds out before any work whether the file could be written: makes its folder, and tries that.
  package static func prepare(_ path: FilePath) throws(Errno) {
    if (try? FileStatus(of: path))?.kind == .folder { throw .isDirectory }
    try OutputFolder.prepare(path.removingLastComponent())
  }

  /// - Parameter produce: hands over the text piece by piece.
  package static func write(
    to path: FilePath, _ produce: ((String) throws(Errno) -> Void) throws(Errno) -> Void
  ) throws(Errno) {
    let temporary = try TemporaryFile(in: path.removingLastComponent())
    let name = temporary.path
    do throws(Errno) {
      try produce { text throws(Errno) in try temporary.file.write(Array(text.utf8)) }
      try temporary.close()
      try OutputFile.rename(name, to: path)
    } catch {
      _ = unsafe name.withPlatformString { unsafe unlink($0) }
      throw error
    }
  }
}
