internal import Glibc
package import SystemPackage
package import SystemSupport

/// Writes a text file, such as a page, atomically: its name appears with the complete content or not at all.
package enum AtomicFile {
  /// Checks before any work that the file can be written: creates its folder, and a trial file in it.
  package static func prepare(_ file: CheckedPath) throws(OwnFileError) {
    try check(file.path)
    do throws(Errno) { try OutputFolder.prepare(file.path.removingLastComponent()) } catch { throw .system(error) }
  }

  /// Only a regular file may be replaced. A symbolic link may be there on purpose; a pipe or device must not be replaced.
  private static func check(_ path: FilePath) throws(OwnFileError) {
    guard let kind = (try? FileStatus(of: path, links: .stay))?.kind, kind != .regular else { return }
    throw .isNoRegularFile(kind)
  }

  /// All bytes of a file; nil if it is no regular file, is larger than `limit`, or cannot be read.
  package static func bytes(of path: FilePath, atMost limit: Int) -> [UInt8]? {
    contents(of: path, atMost: limit)?.bytes
  }

  /// Like `bytes(of:atMost:)`, with the permissions of the file.
  package static func contents(of path: FilePath, atMost limit: Int) -> (bytes: [UInt8], permissions: Permissions)? {
    guard let file = try? Descriptor(opening: path, .sniffed), let status = try? FileStatus(of: file),
      status.kind == .regular, status.byteCount <= limit
    else { return nil }
    guard let bytes = try? file.readAll(limit: status.byteCount), bytes.count == status.byteCount else { return nil }
    return (bytes, status.permissions)
  }

  /// - Parameters:
  ///   - permissions: the permissions of the file, before the umask applies.
  ///   - produce: passes the text piece by piece to its argument.
  package static func write(
    to file: CheckedPath, permissions: Permissions = .ordinary,
    _ produce: ((String) throws(Errno) -> Void) throws(Errno) -> Void
  ) throws(OwnFileError) {
    try write(to: file.path, permissions) { (temporary) throws(Errno) in
      try produce { text throws(Errno) in try temporary.write(Array(text.utf8)) }
    }
  }

  /// Writes bytes that are complete in memory.
  package static func write(
    _ bytes: [UInt8], to file: CheckedPath, permissions: Permissions = .ordinary
  ) throws(OwnFileError) {
    try write(to: file.path, permissions) { (temporary) throws(Errno) in try temporary.write(bytes) }
  }

  private static func write(
    to path: FilePath, _ permissions: Permissions, _ fill: (TemporaryFile) throws(Errno) -> Void
  ) throws(OwnFileError) {
    try check(path)
    do throws(Errno) {
      let temporary = try TemporaryFile(in: path.removingLastComponent(), permissions: permissions)
      try fill(temporary)
      try temporary.commit(as: FilePath(path.lastComponent))
    } catch {
      throw .system(error)
    }
  }
}
