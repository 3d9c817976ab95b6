package import ImageCore
package import ImageErrors
package import SystemPackage

/// Checks downloaded files as images. The program supplies the implementation: this target has no decoder.
package protocol ImageCheck: AnyObject {
  /// Reads format and size from the file's content. Throws `not-an-image` or `unsupported` for other content.
  func header(of path: FilePath) throws(JobError) -> DownloadedImage

  /// Whether the file contains the end of its image, judged by its structure.
  func extent(of path: FilePath, _ image: DownloadedImage) throws(JobError) -> DownloadedImage.Extent

  /// Whether all pixels decode without damage; if `strictly`, without any warning.
  func decodes(_ path: FilePath, strictly: Bool) throws(JobError) -> Bool
}

/// Header information of a downloaded image.
package struct DownloadedImage: Sendable {
  package let format: ImageFormat
  /// The stored size, before orientation.
  package let size: PixelSize

  package init(format: ImageFormat, size: PixelSize) {
    self.format = format
    self.size = size
  }

  package enum Extent: Sendable {
    case whole
    case cut
    /// The structure does not show the end.
    case unclear
  }
}
