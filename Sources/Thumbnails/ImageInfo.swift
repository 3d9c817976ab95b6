internal import ImageCodecs
internal import ImageCore

/// What the header of an image says.
public struct ImageInfo: Hashable, Sendable {
  public let format: ImageFormat
  /// Of the upright image, in pixels.
  public let width: Int
  /// Of the upright image, in pixels.
  public let height: Int
  /// How the stored image is turned upright: 1 to 8 as in EXIF, 1 if it is upright.
  public let orientation: Int
  /// Bits per sample in the file: 1 to 16.
  public let bitsPerSample: Int
  /// Whether pixels may be transparent.
  public let hasAlpha: Bool
  /// The bytes of the ICC profile; nil without one.
  public let iccProfile: [UInt8]?

  init(_ header: ImageHeader) {
    format = ImageFormat(header.format)
    width = header.uprightSize.width
    height = header.uprightSize.height
    orientation = header.orientation.rawValue
    bitsPerSample = header.bits
    hasAlpha = header.hasAlpha
    iccProfile = header.profile
  }
}
