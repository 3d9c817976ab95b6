package import SystemPackage
internal import SystemSupport

extension Journal {
  /// Copies the records that only the shards' journals have into the folder's journal, so that later runs, sharded or not, see
  /// them. The caller must hold the lock of the folder.
  package static func join(_ shards: [Shard], in folder: FilePath) throws(JournalError) {
    let history = try History(of: folder)
    var journal: Journal?
    var failure: JournalError?
    for shard in shards {
      // Only the last line about an image counts, so only that is copied. Loading each shard's journal alone avoids reading the
      // folder's journal, which may be long, once per shard.
      let last = try History(of: folder, parts: [shard])
      try forEachEntry(in: folder, of: shard) { entry in
        let record = History.Record(source: entry.source, fingerprint: entry.fingerprint, outcome: entry.outcome)
        guard failure == nil, last.record(outputName: entry.outputName, sourceName: entry.sourceName.bytes) == record,
          history.record(outputName: entry.outputName, sourceName: entry.sourceName.bytes) != record
        else { return }
        do throws(JournalError) {
          if journal == nil { journal = try Journal(in: folder) }
          journal?.append(entry)
          failure = journal?.failure.map { JournalError(path: path(in: folder), reason: .unusable(.system($0))) }
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }
}
