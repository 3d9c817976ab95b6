internal import SystemPackage

/// The files that the journals of a folder tell of as outputs of earlier runs, as these left them: about 60 bytes each, read when
/// the first of them is asked for.
struct MadeOutputs {
  private let folder: FilePath
  private let shard: Shard?
  private let names: JournalNames
  private var stamps: [PictureFingerprint: FileStamp]?

  /// - Parameter shard: whose journal is read beside the folder's.
  init(in folder: FilePath, of shard: Shard?) {
    self.folder = folder
    self.shard = shard
    names = JournalNames(folder: folder)
  }

  /// Whether a file is an output that was made of some source, and as it was left. What was downloaded into the folder is not: that
  /// is a source.
  mutating func isMade(_ path: FilePath) -> Bool {
    let stamps = stamps ?? read()
    self.stamps = stamps
    guard let left = stamps[fingerprint(names.output(path))] else { return false }
    return FileStamp(of: path, links: .stay) == left
  }

  /// A journal that cannot be read tells of nothing.
  private func read() -> [PictureFingerprint: FileStamp] {
    var stamps: [PictureFingerprint: FileStamp] = [:]
    for part in shard.map({ [nil, $0] }) ?? [nil] {
      try? Journal.forEachEntry(in: folder, of: part) { entry in
        guard case .written(let stamp) = entry.outcome else { return }
        switch entry.sourceName {
        case .file: stamps[fingerprint(entry.outputName)] = stamp
        // The file of that name came from elsewhere since.
        case .download: stamps[fingerprint(entry.outputName)] = nil
        }
      }
    }
    return stamps
  }

  private func fingerprint(_ name: [UInt8]) -> PictureFingerprint { PictureFingerprint(name, []) }
}
