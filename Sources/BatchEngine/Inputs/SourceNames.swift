internal import SystemPackage
internal import SystemSupport

/// Sources by their names, where the file system gives one file changing identities: 8 bytes each, and none elsewhere.
struct SourceNames {
  private var hashes: Set<Int> = []
  private var sourceFolder = Folder()
  private var outputFolder = Folder()

  /// The folder of the last path: neighbors in a list nearly always share it.
  private struct Folder {
    var path: FilePath?
    /// Without symbolic links; nil where identities last.
    var canonical: FilePath?

    mutating func hash(of file: FilePath) -> Int? {
      let folder = file.removingLastComponent()
      if folder != path {
        canonical = FileIdentity.isLasting(at: file) ? nil : folder.canonical
        path = folder
      }
      return canonical.map { FoldedName.hash($0.pushing(FilePath(file.lastComponent)).bytes) }
    }
  }

  mutating func insert(_ source: FilePath) { if let hash = sourceFolder.hash(of: source) { hashes.insert(hash) } }

  /// Whether a file that is there has the name of a source, or one that a file system may take for it.
  mutating func contains(_ output: FilePath) -> Bool {
    outputFolder.hash(of: output).map { hashes.contains($0) } ?? false
  }
}
