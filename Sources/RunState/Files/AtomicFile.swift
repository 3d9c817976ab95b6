internal import Glibc
package import SystemPackage
package import SystemSupport

/// A file of text, such as a page, that appears under its name when it is whole or not at all.
package enum AtomicFile {
  /// Finds out before any work whether the file could be written: makes its folder, and tries that.
  package static func prepare(_ file: CheckedPath) throws(OwnFileError) {
    try check(file.path)
    do throws(Errno) { try OutputFolder.prepare(file.path.removingLastComponent()) } catch { throw .system(error) }
  }

  /// What would be replaced is a regular file: no link, which may be meant to stay, no pipe and no device.
  private static func check(_ path: FilePath) throws(OwnFileError) {
    guard let kind = (try? FileStatus(of: path, links: .stay))?.kind, kind != .regular else { return }
    throw .isNoRegularFile(kind)
  }

  /// All of a regular file's bytes; nil where it is larger, or cannot be read.
  package static func bytes(of path: FilePath, atMost limit: Int) -> [UInt8]? {
    contents(of: path, atMost: limit)?.bytes
  }

  /// The same, and who may read the file.
  package static func contents(of path: FilePath, atMost limit: Int) -> (bytes: [UInt8], permissions: Permissions)? {
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
    return (bytes, status.permissions)
  }

  /// - Parameters:
  ///   - permissions: of the file, less the umask.
  ///   - produce: hands over the text piece by piece.
  package static func write(
    to file: CheckedPath, permissions: Permissions = .ordinary,
    _ produce: ((String) throws(Errno) -> Void) throws(Errno) -> Void
  ) throws(OwnFileError) {
    try write(to: file.path, permissions) { (temporary) throws(Errno) in
      try produce { text throws(Errno) in try temporary.write(Array(text.utf8)) }
    }
  }

  /// The same for bytes that are all there.
  package static func write(
    _ bytes: [UInt8], to file: CheckedPath, permissions: Permissions = .ordinary
  ) throws(OwnFileError) {
    try write(to: file.path, permissions) { (temporary) throws(Errno) in try temporary.write(bytes) }
  }

  private static func write(
    to path: FilePath, _ permissions: Permissions, _ fill: (borrowing Descriptor) throws(Errno) -> Void
  ) throws(OwnFileError) {
    try check(path)
    do throws(Errno) {
      let temporary = try TemporaryFile(in: path.removingLastComponent(), permissions: permissions)
      let (folder, name) = (temporary.folder, temporary.name)
      do throws(Errno) {
        try fill(temporary.file)
        try temporary.close()
        try folder.rename(name, to: FilePath(path.lastComponent), in: folder)
      } catch {
        try? folder.remove(name)
        throw error
      }
    } catch {
      throw .system(error)
    }
  }
}
