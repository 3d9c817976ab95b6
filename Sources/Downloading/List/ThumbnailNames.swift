internal import SystemPackage
internal import SystemSupport

/// Names of downloads and of their thumbnails, where one folder lies in the other: all names from the outer one, so that none is
/// given twice. A thumbnail has the name of its download, below another folder.
struct ThumbnailNames: Sendable {
  /// What stands before names, with a separator at its end; empty for the outer folder.
  private let downloads: String
  private let thumbnails: String

  /// Nil where neither folder lies in the other, so that no names can meet, or a way between them is no text.
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
    // Names of a list are text, so that none leads into a folder whose name is not.
    return String(validating: way).map { $0.isEmpty ? "" : $0 + "/" }
  }

  func name(ofDownload name: DownloadName) -> DownloadName { name.below(downloads) }

  func name(ofThumbnail name: DownloadName) -> DownloadName { name.below(thumbnails) }

  /// The name that a file has in the folder of the downloads; nil where it does not lie there.
  /// - Parameter name: from the outer folder.
  func nameAsDownload(_ name: [UInt8]) -> [UInt8]? {
    name.starts(with: downloads.utf8) ? Array(name.dropFirst(downloads.utf8.count)) : nil
  }
}
