package import SystemPackage

extension Journal {
  /// Adds to a folder's journal what those of shards tell and it does not, so that later runs, sharded or not, know it. For
  /// who holds the folder's lock.
  package static func join(_ shards: [Shard], in folder: FilePath) throws(Errno) {
    let history = try History(of: folder)
    var journal: Journal?
    var failure: Errno?
    for shard in shards {
      // The last line about a picture counts, and only that is joined.
      let last = try History(of: folder, shard: shard)
      try forEachEntry(in: folder, of: shard) { entry in
        let record = History.Record(source: entry.source, recipe: entry.recipe, outcome: entry.outcome)
        guard failure == nil, last.record(outputName: entry.outputName, sourceName: entry.sourceName) == record,
          history.record(outputName: entry.outputName, sourceName: entry.sourceName) != record
        else { return }
        do throws(Errno) {
          if journal == nil { journal = try Journal(in: folder) }
          journal?.append(entry)
          failure = journal?.failure
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }
}
