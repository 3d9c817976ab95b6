package import SystemPackage
internal import SystemSupport

extension Journal {
  /// Adds to a folder's journal what those of shards have and it has not, so that later runs, sharded or not, know it. Only
  /// the holder of the folder's lock may.
  package static func join(_ shards: [Shard], in folder: FilePath) throws(JournalError) {
    let history = try History(of: folder)
    var journal: Journal?
    var failure: JournalError?
    for shard in shards {
      // The last line about an image counts, and only that is joined. The folder's journal, which may be long, is not read again
      // for each shard.
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
