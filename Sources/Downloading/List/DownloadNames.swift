internal import ImageCore
internal import ImageErrors

/// Gives each entry of a list a name that differs from those of all other entries and of images from other addresses.
///
/// A name from the list is never changed: where it cannot be used, the entry fails. Other names follow from the position: the
/// name of the image that came from this address before, at any position, or else a new name, with a number where it is taken.
struct DownloadNames {
  private static let maxNumber = 9999

  private let history: DownloadHistory
  private let thumbnails: ThumbnailNames?
  /// Names with a suffix; names whose suffix depends on the content; and the stems of names with a suffix.
  private var whole: Set<String> = []
  private var open: Set<String> = []
  private var stems: Set<String> = []

  /// - Parameter thumbnails: the names of thumbnails, where they could collide with those of downloads.
  init(_ history: DownloadHistory, thumbnails: ThumbnailNames? = nil) {
    self.history = history
    self.thumbnails = thumbnails
  }

  /// The name of an entry, and the image that an earlier run downloaded from this address to that name.
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
    // The image of this position first: a list may contain one address more than once.
    let known = images.filter { DownloadNames.isOf($0, wanted) } + images
    for image in known {
      guard let name = DownloadName(listed: String(decoding: image.name, as: UTF8.self))?.open, take(name) else {
        continue
      }
      return (name, image)
    }
    return (try another(wanted, for: key, from: 1), nil)
  }

  /// Another name for an entry whose name is taken on disk by a file that did not come from its address.
  /// - Parameter taken: the current name of the entry.
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

  /// Reserves a name and the name of its thumbnail. False where another entry has one of them, or might get it.
  private mutating func take(_ name: DownloadName) -> Bool {
    guard let thumbnails else {
      guard isFree(name) else { return false }
      insert(name)
      return true
    }
    let ofThumbnails = name.thumbnails.map { thumbnails.name(ofThumbnail: $0) }
    // An earlier list may have put a download where the thumbnail would be.
    let isOfDownload = ofThumbnails.contains { name in
      ImageFormat.allCases.contains { format in
        thumbnails.nameAsDownload(name.bytes(for: format)).map { history.owner(of: $0) != nil } ?? false
      }
    }
    let names = [thumbnails.name(ofDownload: name)] + ofThumbnails
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
    .write, "its name in the list leads out of the output folder, is hidden or too long", hint: .changeList)
  fileprivate static let nameTaken = JobError.fetch(
    .exists, "an earlier line of the list has the same name", hint: .changeList)
  fileprivate static let nameOrThumbnailTaken = JobError.fetch(
    .exists,
    "its name, or that of its thumbnail, is that of another download or thumbnail",
    hint: .changeListOrThumbnails)
  fileprivate static let otherFile = JobError.fetch(
    .exists,
    "its name in the list has a file that did not come from this address, and that stays",
    hint: .changeListOrMoveFile)
}
