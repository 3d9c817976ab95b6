internal import ImageCore

/// The size of a thumbnail, in pixels of the upright image.
///
/// Sides are 1 to 65,535. An image is never enlarged unless ``ThumbnailOptions/allowsUpscaling`` is set.
public struct ThumbnailSize: Hashable, Sendable {
  let request: SizeRequest?

  /// The size of the image.
  public static let original = ThumbnailSize(request: nil)

  /// A box. ``ThumbnailOptions/fit`` says how the image fits into it.
  /// - Precondition: both sides are 1 to 65,535.
  public static func box(_ width: Int, _ height: Int) -> ThumbnailSize {
    ThumbnailSize(request: .box(width: checked(width), height: checked(height)))
  }

  /// A width; the height follows from the shape of the image.
  /// - Precondition: 1 to 65,535.
  public static func width(_ width: Int) -> ThumbnailSize { ThumbnailSize(request: .width(checked(width))) }

  /// A height; the width follows from the shape of the image.
  /// - Precondition: 1 to 65,535.
  public static func height(_ height: Int) -> ThumbnailSize { ThumbnailSize(request: .height(checked(height))) }

  private static func checked(_ side: Int) -> Int {
    precondition((1...65_535).contains(side), "a side of a thumbnail is 1 to 65,535 pixels, not \(side)")
    return side
  }
}
