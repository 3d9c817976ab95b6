internal import SystemPackage
internal import SystemSupport

/// The names of downloads and of their thumbnails where one folder contains the other. All are relative to the outer folder, so
/// that collisions can be found. A thumbnail has the same name as its download, below the other folder.
struct ThumbnailNames: Sendable {
  /// The prefixes of names, with a trailing separator; empty for the outer folder.
  private let downloads: String
  private let thumbnails: String

  /// Nil where neither folder contains the other, so that names cannot collide, or where the path between them is not UTF-8.
  init?(downloads: FilePath, thumbnails: FilePath) {
    let (here, there) = (downloads.canonical, thumbnails.canonical)
    if let way = ThumbnailNames.way(from: here, to: there) {
      (self.downloads, self.thumbnails) = ("", way)
    } else if let way = ThumbnailNames.way(from: there, to: here) {
      (self.downloads, self.thumbnails) = (way, "")
    } else {
      return nil
    }
  }

  private static func way(from outer: FilePath, to inner: FilePath) -> String? {
    var way = inner
    guard way.removePrefix(outer) else { return nil }
    // Names in a list are text, so none can lead into a folder whose name is not UTF-8.
    return String(validating: way).map { $0.isEmpty ? "" : $0 + "/" }
  }

  func name(ofDownload name: DownloadName) -> DownloadName { name.below(downloads) }

  func name(ofThumbnail name: DownloadName) -> DownloadName { name.below(thumbnails) }

  /// The name of a file relative to the download folder; nil where it is outside.
  /// - Parameter name: the name relative to the outer folder.
  func nameAsDownload(_ name: [UInt8]) -> [UInt8]? {
    name.starts(with: downloads.utf8) ? Array(name.dropFirst(downloads.utf8.count)) : nil
  }
}
