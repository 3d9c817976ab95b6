internal import ImageErrors
internal import TextFormatting

/// Creates the downloads of a list's entries. Entries that need no download, or are invalid, are reported here.
struct ListedDownloads {
  private let runFiles: DownloadJournal
  private let found: (Int, ListedAddress) -> Void
  private var names: DownloadNames
  /// The number of entries with each address so far.
  private var occurrences: [AddressDigest: Int] = [:]
  /// The number of entries so far.
  private var count = 0

  /// - Parameter found: called with each entry and its index.
  init(_ runFiles: DownloadJournal, thumbnails: ThumbnailNames?, found: @escaping (Int, ListedAddress) -> Void) {
    self.runFiles = runFiles
    self.found = found
    names = DownloadNames(runFiles.history, thumbnails: thumbnails)
  }

  mutating func download(_ listed: ListedAddress) -> Download? {
    let index = count
    count += 1
    found(index, listed)
    do throws(JobError) {
      if let problem = listed.problem { throw .fetch(.network, problem) }
      guard let home = HTTPURL(listed.address) else { throw HTTPURL.fault(of: listed.address) }
      let key = key(of: listed.address)
      let (name, image) = try names.name(listed, home, key)
      return runFiles.begin(
        Download(index: index, listed: listed, key: key, home: home, name: name, in: runFiles.folder, image: image))
    } catch {
      runFiles.failed(index, listed, error)
      return nil
    }
  }

  private mutating func key(of address: String) -> DownloadKey {
    let digest = AddressDigest(of: address)
    occurrences[digest, default: 0] += 1
    return DownloadKey(digest: digest, occurrence: occurrences[digest] ?? 1)
  }

  /// Another name for a download whose name is taken on disk by a file that did not come from its address.
  mutating func anotherName(for download: Download) throws(JobError) -> DownloadName {
    try names.another(than: download.name, download)
  }
}
