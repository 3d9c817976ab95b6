internal import ImageCore

/// The most frequent color of an image: its pixels are sorted into bins by the upper four bits of red, green and blue, weighted
/// by their alpha; the average of the fullest bin is the dominant color. Of equal bins the darkest wins.
enum DominantColor {
  /// As 0xRRGGBB; nil where all pixels are transparent.
  static func color(of image: ReducedPixels) -> UInt32? {
    var sums = [SIMD4<Float>](repeating: .zero, count: 1 << 12)
    for pixel in image.pixels {
      let levels = (pixel * 255).rounded(.toNearestOrAwayFromZero)
      let bin = (0..<3).reduce(0) { $0 << 4 | Int(levels[$1]) >> 4 }
      var product = pixel * pixel.w
      product.w = pixel.w
      sums[bin] += product
    }
    guard let fullest = sums.indices.max(by: { (sums[$0].w, $1) < (sums[$1].w, $0) }), sums[fullest].w > 0 else {
      return nil
    }
    let mean = (sums[fullest] / sums[fullest].w * 255).rounded(.toNearestOrAwayFromZero)
    return (0..<3).reduce(0) { $0 << 8 | UInt32(min(255, max(0, mean[$1]))) }
  }
}
