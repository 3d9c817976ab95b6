/// Paeth in two or four rows at once, each one pixel behind the row above it. While a pixel of one row waits for its left
/// neighbor, the other rows make progress.
///
/// A vector has one pixel of each row, the upper row in the lower lanes. The previous step produced all that a step needs: the left
/// pixel is in the same lanes, the upper pixel in the lanes below them.
extension Unfilter {
  /// Reverses Paeth in two rows.
  ///
  /// `rows` and `filtered` may overlap under the conditions of `row`, for both rows.
  /// - Parameters:
  ///   - pixelBytes: 1, 2, 3, 4 or 8. With three, one byte after each row is overwritten.
  ///   - stride: bytes from the first row to the second, more than `byteCount`.
  ///   - filtered: the filtered bytes of the first row. Those of the second follow after its filter byte, at `byteCount + 1`.
  ///   - byteCount: above 0.
  @unsafe package static func twoPaethRows(
    pixelBytes: Int, into rows: UnsafeMutableRawPointer, stride: Int, from filtered: UnsafeRawPointer,
    above: UnsafeRawPointer, byteCount: Int
  ) {
    let rows = unsafe UncheckedBytes(rows, count: stride &+ byteCount &+ slack)
    let filtered = unsafe UncheckedBytes(reading: filtered, count: 2 &* byteCount &+ 1 &+ slack)
    let above = unsafe UncheckedBytes(reading: above, count: byteCount &+ slack)
    eachWidth(pixelBytes) { twoPaethRows(rows, stride, filtered, above, byteCount, $0) }
  }

  /// Reverses Paeth in four rows of pixels of 3 or 4 bytes.
  ///
  /// `rows` and `filtered` must not overlap. Slack and stride are as for `twoPaethRows`.
  /// - Parameters:
  ///   - pixelBytes: 3 or 4.
  ///   - filtered: the filtered bytes of the first row. Each other row follows after its filter byte.
  ///   - byteCount: at least four pixels.
  @unsafe package static func fourPaethRows(
    pixelBytes: Int, into rows: UnsafeMutableRawPointer, stride: Int, from filtered: UnsafeRawPointer,
    above: UnsafeRawPointer, byteCount: Int
  ) {
    let rows = unsafe UncheckedBytes(rows, count: 3 &* stride &+ byteCount &+ slack)
    let filtered = unsafe UncheckedBytes(reading: filtered, count: 4 &* byteCount &+ 3 &+ slack)
    let above = unsafe UncheckedBytes(reading: above, count: byteCount &+ slack)
    fourRows(rows, stride, filtered, above, byteCount, pixelBytes)
  }

  // SAFETY: as for the other loops of `Unfilter`.
  @inline(__always)
  private static func twoPaethRows(
    _ rows: UncheckedBytes, _ stride: Int, _ filtered: UncheckedBytes, _ above: UncheckedBytes, _ byteCount: Int,
    _ width: Int
  ) {
    // Shifted so that the same offset serves both rows.
    let nextFiltered = filtered + (byteCount &+ 1 &- width)
    let next = rows + (stride &- width)
    var pixels = PaethPixels()
    // The first pixel of the first row alone, then both rows, then the last pixel of the second row alone.
    var done = pixels.step(SIMD2(filtered.load(0, as: UInt64.self), 0), above: above.load(0, as: UInt64.self))
    storeLow(done[0], to: rows, width)
    var offset = width
    while offset < byteCount {
      done = pixels.step(
        SIMD2(filtered.load(offset, as: UInt64.self), nextFiltered.load(offset, as: UInt64.self)),
        above: above.load(offset, as: UInt64.self))
      storeLow(done[0], to: rows + offset, width)
      storeLow(done[1], to: next + offset, width)
      offset &+= width
    }
    done = pixels.step(SIMD2(0, nextFiltered.load(offset, as: UInt64.self)), above: 0)
    storeLow(done[1], to: next + offset, width)
  }

  // SAFETY: as for the other loops: loads and stores of four bytes start inside the rows, and are omitted past the ends of a row.
  private static func fourRows(
    _ rows: UncheckedBytes, _ stride: Int, _ filtered: UncheckedBytes, _ above: UncheckedBytes, _ byteCount: Int,
    _ width: Int
  ) {
    var pixels = PaethPixels()
    // Filtered bytes and rows, shifted so that the same offset serves all four rows.
    let gap = byteCount &+ 1 &- width
    let from = (filtered, filtered + gap, filtered + 2 &* gap, filtered + 3 &* gap)
    let step = stride &- width
    let to = (rows, rows + step, rows + 2 &* step, rows + 3 &* step)

    /// A step at the ends of the rows: a row that has not begun reads zeros, and a row that has ended is not written.
    func edge(_ offset: Int) {
      func isActive(_ row: Int) -> Bool { (row &* width..<row &* width &+ byteCount).contains(offset) }
      func bytes(_ row: UncheckedBytes, _ index: Int) -> UInt32 {
        isActive(index) ? row.load(offset, as: UInt32.self) : 0
      }
      let filtered = SIMD4(bytes(from.0, 0), bytes(from.1, 1), bytes(from.2, 2), bytes(from.3, 3))
      let done = pixels.step(filtered, above: bytes(above, 0))
      if isActive(0) { to.0.store(done[0], at: offset) }
      if isActive(1) { to.1.store(done[1], at: offset) }
      if isActive(2) { to.2.store(done[2], at: offset) }
      if isActive(3) { to.3.store(done[3], at: offset) }
    }

    var offset = 0
    while offset < 3 &* width {
      edge(offset)
      offset &+= width
    }
    while offset < byteCount {
      let filtered = SIMD4(
        from.0.load(offset, as: UInt32.self), from.1.load(offset, as: UInt32.self),
        from.2.load(offset, as: UInt32.self), from.3.load(offset, as: UInt32.self))
      let done = pixels.step(filtered, above: above.load(offset, as: UInt32.self))
      to.0.store(done[0], at: offset)
      to.1.store(done[1], at: offset)
      to.2.store(done[2], at: offset)
      to.3.store(done[3], at: offset)
      offset &+= width
    }
    while offset < byteCount &+ 3 &* width {
      edge(offset)
      offset &+= width
    }
  }
}

/// The pixels to the left of the current ones, and above to the left. Pixels are 16-bit lanes whose upper bytes are 0.
private struct PaethPixels {
  private var left = SIMD16<Int16>.zero
  private var corner = SIMD16<Int16>.zero

  /// One pixel of four rows.
  /// - Parameters:
  ///   - filtered: the filtered bytes of each row.
  ///   - above: the pixel above that of the first row.
  /// - Returns: the pixels.
  @inline(__always)
  mutating func step(_ filtered: SIMD4<UInt32>, above: UInt32) -> SIMD4<UInt32> {
    let top = bitCast(widened8(bitCast(SIMD2(above, 0), to: SIMD8<UInt8>.self)), to: SIMD2<UInt64>.self)
    let rows = bitCast(left, to: SIMD4<UInt64>.self)
    let up = bitCast(SIMD4(top[0], rows[0], rows[1], rows[2]), to: SIMD16<Int16>.self)
    return bitCast(step(bitCast(filtered, to: SIMD16<UInt8>.self), up), to: SIMD4<UInt32>.self)
  }

  /// One pixel of two rows.
  @inline(__always)
  mutating func step(_ filtered: SIMD2<UInt64>, above: UInt64) -> SIMD2<UInt64> {
    let top = bitCast(widened8(bitCast(above, to: SIMD8<UInt8>.self)), to: SIMD8<Int16>.self)
    let up = SIMD16(lowHalf: top, highHalf: left.lowHalf)
    return bitCast(step(bitCast(filtered, to: SIMD16<UInt8>.self), up), to: SIMD2<UInt64>.self)
  }

  @inline(__always)
  private mutating func step(_ filtered: SIMD16<UInt8>, _ up: SIMD16<Int16>) -> SIMD16<UInt8> {
    var sum = SIMD32<UInt8>.zero
    sum.evenHalf = filtered
    // Byte addition needs no mask afterward.
    sum &+= bitCast(predictor(up), to: SIMD32<UInt8>.self)
    left = bitCast(sum, to: SIMD16<Int16>.self)
    corner = up
    return sum.evenHalf
  }

  /// As `Unfilter.predictor`.
  @inline(__always)
  private func predictor(_ up: SIMD16<Int16>) -> SIMD16<Int16> {
    let threshold = (corner &+ corner &+ corner &- up) &- left
    let low = left.replacing(with: up, where: up .< left)
    let high = left.replacing(with: up, where: left .< up)
    let lowOrCorner = corner.replacing(with: low, where: high .<= threshold)
    return lowOrCorner.replacing(with: high, where: threshold .<= low)
  }
}
