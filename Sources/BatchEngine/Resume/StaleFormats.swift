package import RunState
internal import Synchronization
package import SystemPackage
internal import SystemSupport

/// Removes the files that earlier runs made of the same sources in the other format (`--format auto`): a source that has lost its
/// transparency becomes a JPEG, and its PNG is stale. Only unchanged files that the journal lists are removed.
package final class StaleFormats: Sendable {
  private let folder: FilePath
  private let shard: Shard?
  private let journal: FilePath?
  private let keys: JournalKeys
  /// Read when the first such file is found.
  private let history = Mutex<History?>(nil)

  /// - Parameter journal: the path of the journal, if it is not in the folder.
  package init(in folder: FilePath, of shard: Shard?, at journal: FilePath?) {
    self.folder = folder
    self.shard = shard
    self.journal = journal
    keys = JournalKeys(folder: folder)
  }

  /// - Parameter job: its outputs exist.
  func remove(of job: Job) {
    for output in job.outputs {
      guard let stale = output.candidates.dropFirst().first, stale.path != output.path,
        let stamp = FileStamp(of: stale.path, links: .stay), isMade(stale, of: job, stamp),
        OutputFile.isThere(output.path)
      else { continue }
      stale.file.discard()
    }
  }

  private func isMade(_ output: JobOutput, of job: Job, _ stamp: FileStamp) -> Bool {
    let record = history.withLock { history -> History.Record? in
      if history == nil { history = try? History(of: folder, shard: shard, at: journal) }
      return history?.record(outputName: keys.output(output.path), sourceName: keys.source(job))
    }
    return record?.outcome == .written(output: stamp)
  }
}
