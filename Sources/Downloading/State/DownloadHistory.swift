internal import ImageCore
package import RunState
package import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// What the journal of a folder tells of earlier downloads into it, by address.
package struct DownloadHistory: Sendable {
  /// A picture as a run left it.
  struct Picture: Sendable {
    /// Below the folder.
    var name: [UInt8]
    var stamp: FileStamp
    var validator: Validator
  }

  /// How the last try ended, where it did not bring a picture. One that an earlier try brought may be there all the same.
  enum Unfinished: Sendable {
    case failed
    case partial(Validator)
  }

  /// By address and by name, with their places in the journal: an address may stand in a list many thousands of times.
  private var pictures: [AddressDigest: [PictureFingerprint: (place: Int, picture: Picture)]] = [:]
  private var pictureCount = 0
  private var unfinished: [DownloadKey: Unfinished] = [:]
  /// Which address the picture of a name is from.
  private var owners: [PictureFingerprint: AddressDigest] = [:]

  /// Reads the journal of a folder; empty where there is none.
  package init(of folder: FilePath) throws(JournalError) {
    var history = DownloadHistory()
    try Journal.forEachEntry(in: folder) { history.add($0) }
    self = history
  }

  init() {}

  mutating func add(_ entry: JournalEntry) {
    guard case .download(let name) = entry.sourceName, let key = DownloadKey(journalName: name) else { return }
    let validator = Validator(journal: entry.validator)
    switch entry.outcome {
    case .failed: unfinished[key] = .failed
    case .partial: unfinished[key] = .partial(validator)
    case .written(let stamp):
      guard DownloadName(listed: String(decoding: entry.outputName, as: UTF8.self)) != nil else { return }
      unfinished[key] = nil
      add(Picture(name: entry.outputName, stamp: stamp, validator: validator), of: key.digest)
    }
  }

  /// A name has one picture: the last that was written there.
  private mutating func add(_ picture: Picture, of address: AddressDigest) {
    let name = DownloadHistory.fingerprint(picture.name)
    if let owner = owners.updateValue(address, forKey: name), owner != address { pictures[owner]?[name] = nil }
    pictures[address, default: [:]][name] = (pictureCount, picture)
    pictureCount += 1
  }

  /// Whether no run has been told of yet.
  package var isEmpty: Bool { pictures.isEmpty && unfinished.isEmpty }

  /// All that came from an address, in the order that they came in.
  func pictures(of address: AddressDigest) -> [Picture] {
    (pictures[address] ?? [:]).values.sorted { $0.place < $1.place }.map(\.picture)
  }

  func unfinished(_ key: DownloadKey) -> Unfinished? { unfinished[key] }

  /// Which address the picture of that name came from; nil where the journal does not tell of it.
  func owner(of name: [UInt8]) -> AddressDigest? { owners[DownloadHistory.fingerprint(name)] }

  private static func fingerprint(_ name: [UInt8]) -> PictureFingerprint { PictureFingerprint(name, []) }
}

extension JournalEntry {
  /// - Parameter outputName: below the folder: the picture's, or that of the hidden file where its bytes gather. So a line
  ///   about a try that failed does not replace the line about the picture that is there.
  init(_ download: Download, outputName: [UInt8], _ outcome: JournalOutcome, _ validator: Validator) {
    self.init(
      source: FileStamp(byteCount: 0, modified: 0), recipe: .none, outcome: outcome, outputName: outputName,
      sourceName: .download(download.key.journalName(download.home)), validator: validator.forJournal)
  }
}
