/// Width and height in pixels, each 1 or more. Their product fits 62 bits.
package struct PixelSize: Hashable, Sendable {
  package let width: Int
  package let height: Int

  /// - Precondition: both are in 1...2^31 - 1.
  package init(width: Int, height: Int) {
    precondition(width >= 1 && height >= 1, "a size is never empty")
    precondition(width <= Int(Int32.max) && height <= Int(Int32.max), "a side fits 31 bits")
    self.width = width
    self.height = height
  }

  package var pixelCount: Int { width * height }
  package var transposed: PixelSize { PixelSize(width: height, height: width) }
}
