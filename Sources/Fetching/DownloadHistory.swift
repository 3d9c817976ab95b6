package import Batch
package import SystemPackage

/// What the journal of a folder tells of earlier downloads into it, by address and name.
package struct DownloadHistory: Sendable {
  struct Record: Sendable {
    var outcome: JournalOutcome
    /// Below the folder.
    var outputName: [UInt8]
    var validator: Validator
  }

  private var records: [PictureFingerprint: Record] = [:]

  /// Reads the journal of a folder; empty where there is none.
  package init(of folder: FilePath) throws(JournalError) {
    var records: [PictureFingerprint: Record] = [:]
    try Journal.forEachEntry(in: folder) { entry in
      guard case .download(let key) = entry.sourceName,
        let name = DownloadName(listed: String(decoding: entry.outputName, as: UTF8.self))
      else { return }
      records[PictureFingerprint(Array(name.stem.utf8), key)] = Record(
        outcome: entry.outcome, outputName: entry.outputName, validator: Validator(journal: entry.validator))
    }
    self.records = records
  }

  /// Whether no run has been told of yet.
  package var isEmpty: Bool { records.isEmpty }

  func record(_ name: DownloadName, _ listed: ListedAddress) -> Record? {
    records[PictureFingerprint(Array(name.stem.utf8), Array(listed.address.utf8))]
  }
}

extension JournalEntry {
  /// - Parameter outputName: below the folder; without a suffix where that is not known yet.
  init(_ listed: ListedAddress, outputName: [UInt8], _ outcome: JournalOutcome, _ validator: Validator) {
    self.init(
      source: FileStamp(byteCount: 0, modified: 0), recipe: .none, outcome: outcome, outputName: outputName,
      sourceName: .download(Array(listed.address.utf8)), validator: validator.forJournal)
  }
}

extension Validator {
  /// Two lines: headers have no line ends.
  fileprivate var forJournal: [UInt8] { Array((entityTag + "\n" + lastModified).utf8) }

  fileprivate init(journal bytes: [UInt8]) {
    let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    self.init(
      entityTag: String(decoding: parts.first ?? [], as: UTF8.self),
      lastModified: parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : "")
  }
}
