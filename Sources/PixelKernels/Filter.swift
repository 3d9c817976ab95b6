/// PNG's row filters, forwards (PNG specification, third edition, section 9 and 12.7): a filtered byte is the byte
/// minus a prediction from its neighbours to the left, above, and above left, modulo 256.
///
/// All bytes of a row are known here, so 32 go at a time, whatever the pixel is.
package enum RowFilter {
  /// Filters: None, Sub, Up, Average, Paeth, in the order of their numbers.
  package static let count = 5

  /// Bytes past the end of the rows that may be read, and past the end of each candidate that may be overwritten.
  package static let slack = 32

  /// Filters one row in all five ways and tells the one with the least sum of bytes taken as signed, in absolute value
  /// (the specification's heuristic, and libpng's); the lowest number where sums are equal.
  /// - Parameters:
  ///   - candidates: where they go: five times `stride` bytes.
  ///   - stride: bytes from candidate to candidate, at least `byteCount + slack`.
  ///   - row: `byteCount` bytes, then `slack`; the `pixelBytes` before it are 0.
  ///   - above: the row before, or zeros for the first, likewise.
  ///   - pixelBytes: 1...8.
  @unsafe package static func best(
    of candidates: UnsafeMutableRawPointer, stride: Int, row: UnsafeRawPointer, above: UnsafeRawPointer,
    pixelBytes: Int, byteCount: Int
  ) -> Int {
    // SAFETY: vectors start at offsets below `byteCount` (or up to eight bytes before the row), and are as long as the
    // slack, so that they stay in the memory that the caller promises.
    var totals = SIMD8<UInt64>.zero
    var offset = 0
    while offset < byteCount {
      // A lane gains 256 at most each time, so 255 times fit 16 bits.
      let end = min(byteCount, offset + 255 * 32)
      var none = SIMD16<UInt16>.zero
      var sub = SIMD16<UInt16>.zero
      var up = SIMD16<UInt16>.zero
      var average = SIMD16<UInt16>.zero
      var paeth = SIMD16<UInt16>.zero
      while offset < end {
        let x = unsafe row.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
        let a = unsafe row.loadUnaligned(fromByteOffset: offset - pixelBytes, as: SIMD32<UInt8>.self)
        let b = unsafe above.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
        let c = unsafe above.loadUnaligned(fromByteOffset: offset - pixelBytes, as: SIMD32<UInt8>.self)
        let xa = x &- a
        let xb = x &- b
        let xm = x &- mean(a, b)
        let xp = x &- predictor(a, b, c)
        let target = unsafe candidates + offset
        unsafe target.storeBytes(of: x, as: SIMD32<UInt8>.self)
        unsafe target.storeBytes(of: xa, toByteOffset: stride, as: SIMD32<UInt8>.self)
        unsafe target.storeBytes(of: xb, toByteOffset: 2 * stride, as: SIMD32<UInt8>.self)
        unsafe target.storeBytes(of: xm, toByteOffset: 3 * stride, as: SIMD32<UInt8>.self)
        unsafe target.storeBytes(of: xp, toByteOffset: 4 * stride, as: SIMD32<UInt8>.self)
        let inside = mask(byteCount - offset)
        none &+= magnitudes(x, inside)
        sub &+= magnitudes(xa, inside)
        up &+= magnitudes(xb, inside)
        average &+= magnitudes(xm, inside)
        paeth &+= magnitudes(xp, inside)
        offset += 32
      }
      totals &+= SIMD8(total(none), total(sub), total(up), total(average), total(paeth), 0, 0, 0)
    }
    var best = 0
    for filter in 1..<count where totals[filter] < totals[best] { best = filter }
    return best
  }

  /// All ones in the first `count` lanes, or in all.
  @inline(__always)
  private static func mask(_ count: Int) -> SIMD32<UInt8> {
    let lanes = SIMD32<UInt8>(
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
      31)
    return ones(lanes .< SIMD32(repeating: UInt8(truncatingIfNeeded: min(count, 32))))
  }

  /// |byte as signed|, two neighbours to a lane.
  @inline(__always)
  private static func magnitudes(_ v: SIMD32<UInt8>, _ inside: SIMD32<UInt8>) -> SIMD16<UInt16> {
    let negated = 0 &- v
    let magnitude = choose(v, negated, where: ones(v .< negated)) & inside
    let pairs = unsafe unsafeBitCast(magnitude, to: SIMD16<UInt16>.self)
    return (pairs & 255) &+ (pairs &>> 8)
  }

  @inline(__always)
  private static func total(_ v: SIMD16<UInt16>) -> UInt64 {
    let pairs = unsafe unsafeBitCast(v, to: SIMD8<UInt32>.self)
    let sums = (pairs & 65_535) &+ (pairs &>> 16)
    var total: UInt64 = 0
    for lane in 0..<8 { total &+= UInt64(sums[lane]) }
    return total
  }

  /// (a + b) / 2 without a ninth bit: the common bits, and half of those that differ.
  @inline(__always)
  private static func mean(_ a: SIMD32<UInt8>, _ b: SIMD32<UInt8>) -> SIMD32<UInt8> {
    (a & b) &+ (((a ^ b) &>> 1) & 127)
  }

  @inline(__always)
  private static func difference(_ a: SIMD32<UInt8>, _ b: SIMD32<UInt8>) -> SIMD32<UInt8> {
    let isLess = ones(a .< b)
    return choose(b, a, where: isLess) &- choose(a, b, where: isLess)
  }

  /// Paeth's predictor in eight bits. pc = |(a - c) + (b - c)|: with unlike signs that is |pa - pb|; with like signs it
  /// is pa + pb, so never less than either, and 255 stands for it.
  @inline(__always)
  private static func predictor(_ a: SIMD32<UInt8>, _ b: SIMD32<UInt8>, _ c: SIMD32<UInt8>) -> SIMD32<UInt8> {
    let pa = difference(b, c)
    let pb = difference(a, c)
    let pc = difference(pa, pb) | ~(ones(a .< c) ^ ones(b .< c))
    let bOrC = choose(b, c, where: ones(pb .<= pc))
    return choose(a, bOrC, where: ones(pa .<= pb) & ones(pa .<= pc))
  }

  /// 255 where the mask is set, else 0. Masks are used as bits because the standard library's lane-wise choice and
  /// minimum for 32 lanes become loops over single lanes.
  @inline(__always)
  private static func ones(_ mask: SIMDMask<SIMD32<Int8>>) -> SIMD32<UInt8> {
    unsafe unsafeBitCast(mask, to: SIMD32<UInt8>.self)
  }

  @inline(__always)
  private static func choose(
    _ a: SIMD32<UInt8>, _ b: SIMD32<UInt8>, where ones: SIMD32<UInt8>
  ) -> SIMD32<UInt8> {
    (a & ones) | (b & ~ones)
  }
}

/// The same by the letter of the specification, byte after byte: the reference for tests.
package enum PlainRowFilter {
  /// As `RowFilter.best`, without any slack, and without need of zeros before the rows.
  @unsafe package static func best(
    of candidates: UnsafeMutableRawPointer, stride: Int, row: UnsafeRawPointer, above: UnsafeRawPointer,
    pixelBytes: Int, byteCount: Int
  ) -> Int {
    var totals = [0, 0, 0, 0, 0]
    for index in 0..<byteCount {
      let inside = index >= pixelBytes
      let x = unsafe Int(row.load(fromByteOffset: index, as: UInt8.self))
      let a = inside ? unsafe Int(row.load(fromByteOffset: index - pixelBytes, as: UInt8.self)) : 0
      let b = unsafe Int(above.load(fromByteOffset: index, as: UInt8.self))
      let c = inside ? unsafe Int(above.load(fromByteOffset: index - pixelBytes, as: UInt8.self)) : 0
      let predictions = [0, a, b, (a + b) / 2, PlainUnfilter.paethPredictor(a, b, c)]
      for (filter, prediction) in predictions.enumerated() {
        let filtered = UInt8(truncatingIfNeeded: x - prediction)
        unsafe candidates.storeBytes(of: filtered, toByteOffset: filter * stride + index, as: UInt8.self)
        totals[filter] += abs(Int(Int8(bitPattern: filtered)))
      }
    }
    var best = 0
    for filter in 1..<5 where totals[filter] < totals[best] { best = filter }
    return best
  }
}
