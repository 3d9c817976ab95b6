internal import ImageCore
package import RunState
package import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// What the journal of a folder tells of earlier downloads into it, by address.
package struct DownloadHistory: Sendable {
  /// An image as a run left it.
  struct Image: Sendable {
    /// Below the folder.
    var name: [UInt8]
    var stamp: FileStamp
    var validator: Validator
  }

  /// How the last try ended, where it did not bring an image. One that an earlier try brought may be there all the same.
  enum Unfinished: Sendable {
    case failed
    case partial(Validator)
  }

  /// By address and by name, with their places in the journal: an address may stand in a list many thousands of times.
  private var images: [AddressDigest: [HistoryKey: (index: Int, image: Image)]] = [:]
  private var imageCount = 0
  private var unfinished: [DownloadKey: Unfinished] = [:]
  /// Which address the image of a name is from.
  private var owners: [HistoryKey: AddressDigest] = [:]

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
      add(Image(name: entry.outputName, stamp: stamp, validator: validator), of: key.digest)
    }
  }

  /// A name has one image: the last that was written there.
  private mutating func add(_ image: Image, of address: AddressDigest) {
    let name = DownloadHistory.fingerprint(image.name)
    if let owner = owners.updateValue(address, forKey: name), owner != address { images[owner]?[name] = nil }
    images[address, default: [:]][name] = (imageCount, image)
    imageCount += 1
  }

  /// Whether no run has been told of yet.
  package var isEmpty: Bool { images.isEmpty && unfinished.isEmpty }

  /// All that came from an address, in the order that they came in.
  func images(of address: AddressDigest) -> [Image] {
    (images[address] ?? [:]).values.sorted { $0.index < $1.index }.map(\.image)
  }

  func unfinished(_ key: DownloadKey) -> Unfinished? { unfinished[key] }

  /// Which address the image of that name came from; nil where the journal does not tell of it.
  func owner(of name: [UInt8]) -> AddressDigest? { owners[DownloadHistory.fingerprint(name)] }

  private static func fingerprint(_ name: [UInt8]) -> HistoryKey { HistoryKey(name, []) }
}

extension JournalEntry {
  /// - Parameter outputName: below the folder: the image's, or that of the hidden file where its bytes gather. So a line
  ///   about a try that failed does not replace the line about the image that is there.
  init(_ download: Download, outputName: [UInt8], _ outcome: JournalOutcome, _ validator: Validator) {
    self.init(
      source: FileStamp(byteCount: 0, modified: 0), fingerprint: .none, outcome: outcome, outputName: outputName,
      sourceName: .download(download.key.journalName(download.home)), validator: validator.forJournal)
  }
}
