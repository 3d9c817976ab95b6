/// The requested size, in upright pixels (`--size`).
package enum SizeRequest: Hashable, Sendable {
  /// The largest size of the image's shape that fits in the box.
  case box(width: Int, height: Int)
  case width(Int)
  case height(Int)
  /// Percentage of both sides; 100 keeps the size.
  case percent(Double)
}

package enum Upscaling: String, Sendable { case never, allowed }

extension PixelSize {
  /// The size of a whole image fitted to the request. It keeps the shape of the image to the nearest pixel.
  ///
  /// The limiting side is exact. The other one is rounded half up, is at least 1, and never exceeds its bound.
  package func fitted(to request: SizeRequest, upscaling: Upscaling) -> PixelSize {
    let result: PixelSize
    switch request {
    case .box(let boxWidth, let boxHeight):
      // Compared as boxWidth / width <= boxHeight / height, in integers so that ties are exact.
      if boxWidth * height <= boxHeight * width {
        result = PixelSize(width: boxWidth, height: min(boxHeight, scaled(height, by: boxWidth, over: width)))
      } else {
        result = PixelSize(width: min(boxWidth, scaled(width, by: boxHeight, over: height)), height: boxHeight)
      }
    case .width(let target):
      result = PixelSize(width: target, height: scaled(height, by: target, over: width))
    case .height(let target):
      result = PixelSize(width: scaled(width, by: target, over: height), height: target)
    case .percent(let percent):
      result = PixelSize(width: share(percent, of: width), height: share(percent, of: height))
    }
    switch upscaling {
    case .allowed: return result
    case .never: return result.width >= width && result.height >= height ? self : result
    }
  }
}

/// `length * numerator / denominator`, rounded half up, within 1...2^31 - 1.
func scaled(_ length: Int, by numerator: Int, over denominator: Int) -> Int {
  let product = length.multipliedFullWidth(by: numerator)
  let (quotient, remainder) = denominator.dividingFullWidth(product)
  let rounded = remainder >= denominator - remainder ? quotient + 1 : quotient
  return min(max(rounded, 1), Int(Int32.max))
}

private func share(_ percent: Double, of length: Int) -> Int {
  Int(min(max((Double(length) * percent / 100).rounded(.toNearestOrAwayFromZero), 1), Double(Int32.max)))
}
