package import SystemPackage
package import SystemSupport

/// What the journal of an output folder tells of earlier runs: the last outcome of each image.
package struct History: Sendable {
  package struct Record: Hashable, Sendable {
    package let source: FileStamp
    package let fingerprint: OutputFingerprint
    package let outcome: JournalOutcome
  }

  private var records: [HistoryKey: Record] = [:]

  /// Reads the journal of a folder; empty where there is none.
  /// - Parameter shard: whose journal is read after the folder's.
  package init(of folder: FilePath, shard: Shard? = nil) throws(JournalError) {
    try self.init(of: folder, parts: Journal.parts(with: shard))
  }

  /// - Parameter parts: whose journals are read, one after another; nil for the folder's.
  init(of folder: FilePath, parts: [Shard?]) throws(JournalError) {
    var records: [HistoryKey: Record] = [:]
    for part in parts {
      try Journal.forEachEntry(in: folder, of: part) { entry in
        guard case .file(let name) = entry.sourceName else { return }
        records[HistoryKey(entry.outputName, name)] = Record(
          source: entry.source, fingerprint: entry.fingerprint, outcome: entry.outcome)
      }
    }
    self.records = records
  }

  /// Whether no run has been told of yet.
  package var isEmpty: Bool { records.isEmpty }

  package func record(outputName: [UInt8], sourceName: [UInt8]) -> Record? {
    records[HistoryKey(outputName, sourceName)]
  }
}

/// Output and source of an image in 128 bits: whether two images share one need not be feared.
package struct HistoryKey: Hashable, Sendable {
  private let low: Int
  private let high: Int

  package init(_ output: [UInt8], _ source: [UInt8]) {
    let halves = (0...1).map { seed in
      var hasher = Hasher()
      hasher.combine(seed)
      hasher.combine(output)
      hasher.combine(source)
      return hasher.finalize()
    }
    (low, high) = (halves[0], halves[1])
  }
}
