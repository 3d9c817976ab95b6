package import SystemPackage

/// What the search in folders found and left out.
package struct OmittedInputs: Sendable {
  /// A file whose content is an image in a format that this build cannot read.
  package struct UnreadableFile: Hashable, Sendable {
    package let path: FilePath
    /// As in "HEIC".
    package let format: String

    package init(path: FilePath, format: String) {
      self.path = path
      self.format = format
    }
  }

  /// The number of unreadable images by format.
  package private(set) var unreadable: [String: Int] = [:]
  /// The unreadable images, if they are listed.
  package private(set) var unreadableFiles: [UnreadableFile] = []
  /// Folders that were not entered because they contain outputs, or thumbnails of other programs.
  package private(set) var folders: [FilePath] = []

  package init() {}

  package var unreadableCount: Int { unreadable.values.reduce(0, +) }

  /// - Parameter path: nil if files are not listed.
  package mutating func addUnreadable(_ format: String, at path: FilePath?) {
    unreadable[format, default: 0] += 1
    if let path { unreadableFiles.append(UnreadableFile(path: path, format: format)) }
  }

  package mutating func addFolder(_ path: FilePath) { folders.append(path) }

  /// As in "20 WebP, 12 HEIC, 1 GIF": the most frequent format first.
  package var formatCounts: String {
    unreadable.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }.joined(
      separator: ", ")
  }
}
