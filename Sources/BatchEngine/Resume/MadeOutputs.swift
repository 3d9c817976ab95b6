internal import RunState
internal import SystemPackage
internal import SystemSupport

/// The outputs of earlier runs with their stamps, from the journals of a folder. About 60 bytes per output, read on first use.
struct MadeOutputs {
  private let folder: FilePath
  private let shard: Shard?
  private let names: JournalKeys
  private var stamps: [HistoryKey: FileStamp]?

  /// - Parameter shard: its journal is read after the folder's.
  init(in folder: FilePath, of shard: Shard?) {
    self.folder = folder
    self.shard = shard
    names = JournalKeys(folder: folder)
  }

  /// Whether a file is an unchanged output of an earlier run. A file that was downloaded into the folder is none, but a source.
  mutating func isMade(_ path: FilePath) -> Bool {
    let stamps = stamps ?? read()
    self.stamps = stamps
    guard let left = stamps[fingerprint(names.output(path))] else { return false }
    return FileStamp(of: path, links: .stay) == left
  }

  /// Empty if a journal cannot be read.
  private func read() -> [HistoryKey: FileStamp] {
    var stamps: [HistoryKey: FileStamp] = [:]
    for part in Journal.parts(with: shard) {
      try? Journal.forEachEntry(in: folder, of: part) { entry in
        guard case .written(let stamp) = entry.outcome else { return }
        switch entry.sourceName {
        case .file: stamps[fingerprint(entry.outputName)] = stamp
        // The file of that name has been downloaded since.
        case .download: stamps[fingerprint(entry.outputName)] = nil
        }
      }
    }
    return stamps
  }

  private func fingerprint(_ name: [UInt8]) -> HistoryKey { HistoryKey(name, []) }
}
