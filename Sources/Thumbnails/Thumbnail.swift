/// An encoded thumbnail.
public struct Thumbnail: Hashable, Sendable {
  /// The whole file.
  public let bytes: [UInt8]
  public let format: ImageFormat
  /// In pixels.
  public let width: Int
  /// In pixels.
  public let height: Int
  /// What the thumbnail lacks although no option asked for that, as in "frames-dropped". <doc:Color> lists all codes.
  public let notices: [String]
}
