internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Outputs of earlier runs, with size and time as those runs left them, from the journals of a folder. They take about 60 bytes
/// each and are read at the first question.
struct MadeOutputs {
  private let folder: FilePath
  private let shard: Shard?
  private let names: JournalKeys
  private var stamps: [HistoryKey: FileStamp]?

  /// - Parameter shard: its journal is read after that of the folder.
  init(in folder: FilePath, of shard: Shard?) {
    self.folder = folder
    self.shard = shard
    names = JournalKeys(folder: folder)
  }

  /// Whether a file is an output that was made of some source, and as it was left. What was downloaded into the folder is not: that
  /// is a source.
  mutating func isMade(_ path: FilePath) -> Bool {
    let stamps = stamps ?? read()
    self.stamps = stamps
    guard let left = stamps[fingerprint(names.output(path))] else { return false }
    return FileStamp(of: path, links: .stay) == left
  }

  /// Empty where a journal cannot be read.
  private func read() -> [HistoryKey: FileStamp] {
    var stamps: [HistoryKey: FileStamp] = [:]
    for part in Journal.parts(with: shard) {
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

  private func fingerprint(_ name: [UInt8]) -> HistoryKey { HistoryKey(name, []) }
}
