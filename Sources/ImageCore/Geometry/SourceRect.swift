/// The part of a plane that an output shows, in fractional samples: sample `i` covers `i ..< i + 1`.
///
/// It may extend slightly beyond the plane. This happens if the size of an image is not a multiple of its chroma subsampling or
/// of the shrink on load.
package struct SourceRect: Hashable, Sendable {
  package let x: Double
  package let y: Double
  package let width: Double
  package let height: Double

  /// - Precondition: all are finite; the sides are positive.
  package init(x: Double, y: Double, width: Double, height: Double) {
    precondition(x.isFinite && y.isFinite && width.isFinite && height.isFinite, "a box is finite")
    precondition(width > 0 && height > 0, "a box is never empty")
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The whole plane.
  package init(_ size: PixelSize) {
    self.init(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
  }

  /// The two axes of a resampling of this part of a source.
  func across(_ source: PixelSize, to size: PixelSize) -> ResampleAxis {
    ResampleAxis(extent: source.width, origin: x, length: width, count: size.width)
  }

  func down(_ source: PixelSize, to size: PixelSize) -> ResampleAxis {
    ResampleAxis(extent: source.height, origin: y, length: height, count: size.height)
  }
}
