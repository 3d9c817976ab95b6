internal import ImageCore

/// A perceptual hash of 64 bits (dHash, N. Krawetz 2013, "Kind of Like That"): similar images differ in few bits.
///
/// The image is reduced to 9x8 pixels of luma (BT.601, over white). From the upper left to the lower right, and from the highest
/// bit to the lowest, a bit is 1 where a pixel is brighter than its right neighbor.
enum DifferenceHash {
  static let size = PixelSize(width: 9, height: 8)

  static func hash(of image: ReducedPixels) -> UInt64 {
    precondition(image.size == size, "a difference hash is of 9x8 pixels")
    // Whole levels, so that the noise of rounding sets no bits of a flat area.
    let luma = image.pixels.map { pixel in
      let light = 0.299 * pixel.x + 0.587 * pixel.y + 0.114 * pixel.z
      return Int(((light * pixel.w + 1 - pixel.w) * 255).rounded())
    }
    var hash: UInt64 = 0
    for y in 0..<8 {
      for x in 0..<8 { hash = hash << 1 | (luma[9 * y + x] > luma[9 * y + x + 1] ? 1 : 0) }
    }
    return hash
  }
}
