package import SystemPackage
package import SystemSupport

/// The last outcome of each image in earlier runs, as recorded in the journal of an output folder.
package struct History: Sendable {
  package struct Record: Hashable, Sendable {
    package let source: FileStamp
    package let fingerprint: OutputFingerprint
    package let outcome: JournalOutcome
  }

  private var records: [HistoryKey: (record: Record, number: Int)] = [:]

  /// Reads the journal of a folder; empty if there is none.
  /// - Parameters:
  ///   - shard: the shard whose journal is read after the folder's.
  ///   - other: the path of the journal, if it is not in the folder.
  package init(of folder: FilePath, shard: Shard? = nil, at other: FilePath? = nil) throws(JournalError) {
    try self.init(of: folder, parts: Journal.parts(with: shard), at: other)
  }

  /// - Parameter parts: the shards whose journals are read, in this order; nil stands for the folder's journal.
  init(of folder: FilePath, parts: [Shard?], at other: FilePath? = nil) throws(JournalError) {
    var records: [HistoryKey: (record: Record, number: Int)] = [:]
    var number = 0
    for part in parts {
      try Journal.forEachEntry(in: folder, of: part, at: other) { entry in
        guard case .file(let name) = entry.sourceName else { return }
        number += 1
        let record = Record(source: entry.source, fingerprint: entry.fingerprint, outcome: entry.outcome)
        records[HistoryKey(entry.outputName, name)] = (record, number)
      }
    }
    self.records = records
  }

  /// Whether the journal has no records.
  package var isEmpty: Bool { records.isEmpty }

  package func record(outputName: [UInt8], sourceName: [UInt8]) -> Record? {
    records[HistoryKey(outputName, sourceName)]?.record
  }

  /// The position of a record: later ones have higher numbers. 0 if there is none.
  package func number(outputName: [UInt8], sourceName: [UInt8]) -> Int {
    records[HistoryKey(outputName, sourceName)]?.number ?? 0
  }
}

/// A 128-bit hash of an output name and a source name. Collisions are too improbable to handle.
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
