internal import ImageCodecs
internal import ImageCore

/// A format of image files.
public struct ImageFormat: Hashable, Sendable {
  /// The name in messages, as in "JPEG XL".
  public let name: String
  /// As in `Content-Type`: "image/jpeg".
  public let mediaType: String
  /// The usual suffix of file names, without a dot: "jpg".
  public let suffix: String

  public static let jpeg = ImageFormat(.jpeg)
  public static let png = ImageFormat(.png)
  #if WebP
    public static let webp = ImageFormat(.webp)
  #endif

  init(_ format: ImageCore.ImageFormat) {
    name = format.name
    mediaType = format.mediaType
    suffix = format.usualSuffix
  }
}

/// The format of a thumbnail.
public enum OutputFormat: Hashable, Sendable {
  /// The format of the source; JPEG or PNG if it is only read.
  case source
  case jpeg
  case png
  #if WebP
    case webp
  #endif
  /// JPEG if every pixel of the thumbnail is opaque, otherwise PNG. For all outputs of a call, or for none.
  case jpegOrPNG

  /// The format of an output of this source. `jpegOrPNG` is decided later.
  func format(of source: ImageCore.ImageFormat) -> ImageCore.ImageFormat {
    switch self {
    case .source: source.outputFormat
    case .jpeg, .jpegOrPNG: .jpeg
    case .png: .png
    #if WebP
      case .webp: .webp
    #endif
    }
  }
}
