package import SystemPackage

/// Size and modification time of a file. A file with another stamp has changed.
package struct FileStamp: Hashable, Sendable {
  package var byteCount: Int
  /// Nanoseconds since 1970.
  package var modified: Int64

  package init(byteCount: Int, modified: Int64) {
    self.byteCount = byteCount
    self.modified = modified
  }

  /// Nil if the path is no regular file.
  package init?(of path: FilePath, links: SymlinkPolicy) {
    guard let status = try? FileStatus(of: path, links: links), status.kind == .regular else { return nil }
    self.init(byteCount: status.byteCount, modified: status.modified)
  }
}
