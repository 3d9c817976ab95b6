/// Multiplies colors by alpha, for pixels of 8-bit samples.
package enum Premultiplication {
  /// Computes the 16-bit products of each sample of a row and the alpha of its pixel. Alpha itself is multiplied by 255.
  ///
  /// Reads and writes whole groups of four pixels, or of eight pixels with two channels.
  /// - Parameters:
  ///   - channels: 2 or 4. The last one is alpha.
  ///   - count: number of pixels.
  @unsafe package static func row(
    _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, channels: Int, count: Int
  ) {
    // SAFETY: the bytes read and written after `count` pixels are in the row's padding, as the caller guarantees.
    let samples = count &* channels
    let whole = (samples &+ 15) & ~15
    let source = unsafe UncheckedBytes(reading: source, count: whole)
    let target = unsafe UncheckedBytes(target, count: 2 &* whole)
    var sample = 0
    while sample < samples {
      let bytes = source.load(sample, as: SIMD16<UInt8>.self)
      let products =
        channels == 4
        ? (rgba(bytes.lowHalf), rgba(bytes.highHalf)) : (grayAlpha(bytes.lowHalf), grayAlpha(bytes.highHalf))
      target.store(products.0, at: 2 &* sample)
      target.store(products.1, at: 2 &* sample &+ 16)
      sample &+= 16
    }
  }

  /// Two pixels. Factors: the alpha of a pixel in the lanes of its colors, and 255 in that of alpha.
  @inline(__always)
  private static func rgba(_ bytes: SIMD8<UInt8>) -> SIMD8<UInt16> {
    let wide = widened8(bytes)
    let pixels = bitCast(wide, to: SIMD2<UInt64>.self)
    let alpha = pixels &>> 48
    let two = alpha | (alpha &<< 16)
    let factors = two | (alpha &<< 32) | SIMD2(repeating: 255 << 48)
    return wide &* bitCast(factors, to: SIMD8<UInt16>.self)
  }

  @inline(__always)
  private static func grayAlpha(_ bytes: SIMD8<UInt8>) -> SIMD8<UInt16> {
    let wide = widened8(bytes)
    let pixels = bitCast(wide, to: SIMD4<UInt32>.self)
    let factors = (pixels &>> 16) | SIMD4(repeating: 255 << 16)
    return wide &* bitCast(factors, to: SIMD8<UInt16>.self)
  }
}
