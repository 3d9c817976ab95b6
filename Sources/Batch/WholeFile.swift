package import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A file of text, such as a page, that appears under its name when it is whole or not at all.
package enum WholeFile {
  /// Finds out before any work whether the file could be written: makes its folder, and tries that.
  package static func prepare(_ file: CheckedPath) throws(Errno) {
    if (try? FileStatus(of: file.path))?.kind == .folder { throw .isDirectory }
    try OutputFolder.prepare(file.path.removingLastComponent())
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
    to file: CheckedPath, _ produce: ((String) throws(Errno) -> Void) throws(Errno) -> Void
  ) throws(Errno) {
    try write(to: file.path) { (temporary) throws(Errno) in
      try produce { text throws(Errno) in try temporary.write(Array(text.utf8)) }
    }
  }

  /// The same for bytes that are all there.
  package static func write(_ bytes: [UInt8], to file: CheckedPath) throws(Errno) {
    try write(to: file.path) { (temporary) throws(Errno) in try temporary.write(bytes) }
  }

  private static func write(
    to path: FilePath, _ fill: (borrowing Descriptor) throws(Errno) -> Void
  ) throws(Errno) {
    let temporary = try TemporaryFile(in: path.removingLastComponent())
    let name = temporary.path
    do throws(Errno) {
      try fill(temporary.file)
      try temporary.close()
      try OutputFile.rename(name, to: path)
    } catch {
      _ = unsafe name.withPlatformString { unsafe unlink($0) }
      throw error
    }
  }
}
