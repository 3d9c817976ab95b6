/// Colors times alpha, for pixels of 8-bit samples.
package enum Premultiplication {
  /// The 16-bit products of each sample of a row and its pixel's alpha; alpha itself times 255.
  ///
  /// Groups of four pixels (of two channels: eight) are read and written whole.
  /// - Parameters:
  ///   - channels: 2 or 4, the last of them alpha.
  ///   - count: pixels.
  @unsafe package static func row(
    _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, channels: Int, count: Int
  ) {
    // SAFETY: what is read and written beyond `count` is in the row's padding, as the caller promises.
    let samples = count &* channels
    var sample = 0
    while sample < samples {
      let bytes = unsafe source.loadUnaligned(fromByteOffset: sample, as: SIMD16<UInt8>.self)
      let products =
        channels == 4
        ? (rgba(bytes.lowHalf), rgba(bytes.highHalf)) : (grayAlpha(bytes.lowHalf), grayAlpha(bytes.highHalf))
      unsafe target.storeBytes(of: products.0, toByteOffset: 2 &* sample, as: SIMD8<UInt16>.self)
      unsafe target.storeBytes(of: products.1, toByteOffset: 2 &* sample &+ 16, as: SIMD8<UInt16>.self)
      sample &+= 16
    }
  }

  /// Two pixels: each one's alpha in the lanes of its colors, and 255 in that of alpha.
  @inline(__always)
  private static func rgba(_ bytes: SIMD8<UInt8>) -> SIMD8<UInt16> {
    let wide = widened8(bytes)
    let pixels = unsafe unsafeBitCast(wide, to: SIMD2<UInt64>.self)
    let alpha = pixels &>> 48
    let two = alpha | (alpha &<< 16)
    let factors = two | (alpha &<< 32) | SIMD2(repeating: 255 << 48)
    return unsafe wide &* unsafeBitCast(factors, to: SIMD8<UInt16>.self)
  }

  @inline(__always)
  private static func grayAlpha(_ bytes: SIMD8<UInt8>) -> SIMD8<UInt16> {
    let wide = widened8(bytes)
    let pixels = unsafe unsafeBitCast(wide, to: SIMD4<UInt32>.self)
    let factors = (pixels &>> 16) | SIMD4(repeating: 255 << 16)
    return unsafe wide &* unsafeBitCast(factors, to: SIMD8<UInt16>.self)
  }
}
