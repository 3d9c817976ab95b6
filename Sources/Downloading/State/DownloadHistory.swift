internal import ImageCore
package import RunState
package import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// The earlier downloads into a folder by address, as recorded in its journal.
package struct DownloadHistory: Sendable {
  /// An image as an earlier run wrote it.
  struct Image: Sendable {
    /// The path below the folder.
    var name: [UInt8]
    var stamp: FileStamp
    var validator: Validator
  }

  /// The result of the last try, where it did not complete an image. An image from an earlier try may exist all the same.
  enum Unfinished: Sendable {
    case failed
    case partial(Validator)
  }

  /// By address and by name, with the order in the journal. A dictionary per address, because a list may contain one address
  /// thousands of times.
  private var images: [AddressDigest: [HistoryKey: (index: Int, image: Image)]] = [:]
  private var imageCount = 0
  private var unfinished: [DownloadKey: Unfinished] = [:]
  /// The address that the image of each name came from.
  private var owners: [HistoryKey: AddressDigest] = [:]

  /// Reads the journal of a folder. The history is empty where there is no journal.
  /// - Parameter other: the path of the journal, if it is not in the folder.
  package init(of folder: FilePath, at other: FilePath? = nil) throws(JournalError) {
    var history = DownloadHistory()
    try Journal.forEachEntry(in: folder, at: other) { history.add($0) }
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

  /// Each name has one image: the last that was written under it.
  private mutating func add(_ image: Image, of address: AddressDigest) {
    let name = DownloadHistory.fingerprint(image.name)
    if let owner = owners.updateValue(address, forKey: name), owner != address { images[owner]?[name] = nil }
    images[address, default: [:]][name] = (imageCount, image)
    imageCount += 1
  }

  /// Whether the journal contains no downloads.
  package var isEmpty: Bool { images.isEmpty && unfinished.isEmpty }

  /// All images that came from an address, in the order in which they were written.
  func images(of address: AddressDigest) -> [Image] {
    (images[address] ?? [:]).values.sorted { $0.index < $1.index }.map(\.image)
  }

  func unfinished(_ key: DownloadKey) -> Unfinished? { unfinished[key] }

  /// The address that the image of a name came from; nil where the journal does not contain the name.
  func owner(of name: [UInt8]) -> AddressDigest? { owners[DownloadHistory.fingerprint(name)] }

  private static func fingerprint(_ name: [UInt8]) -> HistoryKey { HistoryKey(name, []) }
}

extension JournalEntry {
  /// - Parameter outputName: the path of the image or of its hidden partial file, below the folder. With the latter, the record
  ///   of a failed try does not replace the record of the existing image.
  init(_ download: Download, outputName: [UInt8], _ outcome: JournalOutcome, _ validator: Validator) {
    self.init(
      source: FileStamp(byteCount: 0, modified: 0), fingerprint: .none, outcome: outcome, outputName: outputName,
      sourceName: .download(download.key.journalName(download.home)), validator: validator.forJournal)
  }
}
