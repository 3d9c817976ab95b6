package import SystemPackage

/// How a file was: one that has another size or time by now has changed.
package struct FileStamp: Hashable, Sendable {
  package var byteCount: Int
  /// Nanoseconds since 1970.
  package var modified: Int64

  package init(byteCount: Int, modified: Int64) {
    self.byteCount = byteCount
    self.modified = modified
  }

  /// Nil where there is no such regular file.
  package init?(of path: FilePath, links: SymlinkPolicy) {
    guard let status = try? FileStatus(of: path, links: links), status.kind == .regular else { return nil }
    self.init(byteCount: status.byteCount, modified: status.modified)
  }
}
