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

  /// All of a regular file's bytes; nil where it is larger, or cannot be read.
  package static func bytes(of path: FilePath, atMost limit: Int) -> [UInt8]? {
    guard let file = try? Descriptor(opening: path, .sniffed), let status = try? FileStatus(of: file),
      status.kind == .regular, status.byteCount <= limit
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: status.byteCount)
    var done = 0
    while done < bytes.count {
      var rest = [UInt8](repeating: 0, count: bytes.count - done)
      guard let count = try? file.read(into: &rest), count > 0 else { return nil }
      bytes.replaceSubrange(done..<done + count, with: rest.prefix(count))
      done += count
    }
    return bytes
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
