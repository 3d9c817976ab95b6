internal import ImageCore
internal import ImageErrors

/// Gives each entry of a list a name that no other entry has, and no image of another address.
///
/// A name that the list gives is kept to: where it cannot be, the entry fails. A name that follows from the position is ours to
/// choose: it is that of the image that came from the address before, wherever its entry stood then, or a new one, with a
/// number behind it where that is taken.
struct DownloadNames {
  private static let maxNumber = 9999

  private let history: DownloadHistory
  private let thumbnails: ThumbnailNames?
  /// Names with a suffix; names whose suffix will follow from the content, and those whose suffix is given, without it.
  private var whole: Set<String> = []
  private var open: Set<String> = []
  private var stems: Set<String> = []

  /// - Parameter thumbnails: where their names may meet those of downloads.
  init(_ history: DownloadHistory, thumbnails: ThumbnailNames? = nil) {
    self.history = history
    self.thumbnails = thumbnails
  }

  /// The name of an entry, and the image that an earlier run left there of this address.
  mutating func name(
    _ listed: ListedAddress, _ home: HTTPURL, _ key: DownloadKey
  ) throws(JobError) -> (DownloadName, DownloadHistory.Image?) {
    let images = history.images(of: key.digest)
    if let text = listed.name {
      guard let name = DownloadName(listed: text) else { throw .unusableName }
      guard take(name) else { throw thumbnails == nil ? .nameTaken : .nameOrThumbnailTaken }
      return (name, images.last { image in DownloadNames.isOf(image, name) })
    }
    let wanted = DownloadName(position: listed.position, path: home.path)
    // The one of this position first: one address may stand in a list more than once.
    let known = images.filter { DownloadNames.isOf($0, wanted) } + images
    for image in known {
      guard let name = DownloadName(listed: String(decoding: image.name, as: UTF8.self))?.open, take(name) else {
        continue
      }
      return (name, image)
    }
    return (try another(wanted, for: key, from: 1), nil)
  }

  /// A name for an entry whose own is on the disk already, for a file that did not come from its address.
  /// - Parameter taken: the name that it has.
  mutating func another(than taken: DownloadName, _ download: Download) throws(JobError) -> DownloadName {
    guard download.listed.name == nil else { throw .otherFile }
    let wanted = DownloadName(position: download.listed.position, path: download.home.path)
    return try another(wanted, for: download.key, from: 2)
  }

  private mutating func another(
    _ wanted: DownloadName, for key: DownloadKey, from first: Int
  ) throws(JobError) -> DownloadName {
    for number in first...DownloadNames.maxNumber {
      let name = number == 1 ? wanted : wanted.numbered(number)
      let isOthers = ImageFormat.allCases.contains { format in
        history.owner(of: name.bytes(for: format)).map { $0 != key.digest } ?? false
      }
      if !isOthers, take(name) { return name }
    }
    throw .nameTaken
  }

  /// Takes a name, with that of its thumbnail. False where another entry has it, or might get it.
  private mutating func take(_ name: DownloadName) -> Bool {
    guard let thumbnails else {
      guard isFree(name) else { return false }
      insert(name)
      return true
    }
    let names = [thumbnails.name(ofDownload: name), thumbnails.name(ofThumbnail: name)]
    // An earlier list may have had a download where the thumbnail would be.
    let isOfDownload = ImageFormat.allCases.contains { format in
      thumbnails.nameAsDownload(names[1].bytes(for: format)).map { history.owner(of: $0) != nil } ?? false
    }
    guard !isOfDownload, names.allSatisfy(isFree) else { return false }
    names.forEach { insert($0) }
    return true
  }

  private func isFree(_ name: DownloadName) -> Bool {
    !open.contains(name.stem) && !(name.hasSuffix ? whole : stems).contains(name.text)
  }

  private mutating func insert(_ name: DownloadName) {
    if name.hasSuffix {
      whole.insert(name.text)
      stems.insert(name.stem)
    } else {
      open.insert(name.text)
    }
  }

  private static func isOf(_ image: DownloadHistory.Image, _ name: DownloadName) -> Bool {
    let text = String(decoding: image.name, as: UTF8.self)
    return text == name.text || !name.hasSuffix && DownloadName(listed: text)?.stem == name.text
  }
}

extension JobError {
  fileprivate static let unusableName = JobError.fetch(
    .write, "its name in the list leads out of the output folder, is hidden or too long; change the list")
  fileprivate static let nameTaken = JobError.fetch(
    .exists, "an earlier line of the list has the same name; change the list")
  fileprivate static let nameOrThumbnailTaken = JobError.fetch(
    .exists,
    "its name, or that of its thumbnail, is that of another download or thumbnail; change the list, or choose another --thumbs"
  )
  fileprivate static let otherFile = JobError.fetch(
    .exists,
    "its name in the list has a file that did not come from this address, and that stays; move it away or change the list"
  )
}
