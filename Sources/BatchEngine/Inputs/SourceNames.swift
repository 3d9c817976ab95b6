internal import SystemPackage
internal import SystemSupport

/// The names of sources on file systems where file identities change: 8 bytes per source there, nothing elsewhere.
struct SourceNames {
  private var hashes: Set<Int> = []
  private var sourceFolder = Folder()
  private var outputFolder = Folder()

  /// The folder of the previous path. Consecutive list entries nearly always share it.
  private struct Folder {
    var path: FilePath?
    /// Path without symbolic links; nil if identities are stable.
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

  /// Whether an existing file has the name of a source, or a name that a file system may treat as equal.
  mutating func contains(_ output: FilePath) -> Bool {
    outputFolder.hash(of: output).map { hashes.contains($0) } ?? false
  }
}
