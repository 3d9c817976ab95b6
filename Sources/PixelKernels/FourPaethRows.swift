/// Paeth in four rows at once, each one pixel behind the row above it.
extension Unfilter {
  /// Reverses Paeth in four rows of pixels of 3 or 4 bytes.
  ///
  /// Two rows share a vector, the upper row in the lower lanes. Each step advances two vectors by one pixel. The previous step
  /// produced all that a step needs: the left pixel is in the same lanes, the upper pixel in the lanes below them. So four pixels
  /// have the same latency as one.
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
    if pixelBytes == 3 {
      fourRows(rows, stride, filtered, above, byteCount, 3)
    } else {
      fourRows(rows, stride, filtered, above, byteCount, 4)
    }
  }

  // SAFETY: as for the other loops: loads and stores of four bytes start inside the rows, and are omitted past the ends of a row.
  @inline(__always)
  private static func fourRows(
    _ rows: UncheckedBytes, _ stride: Int, _ filtered: UncheckedBytes, _ above: UncheckedBytes,
    _ byteCount: Int, _ width: Int
  ) {
    var upper = RowPair()
    var lower = RowPair()
    // Filtered bytes and rows, shifted so that the same offset serves all four rows.
    let from = (
      filtered, filtered + (byteCount + 1 - width), filtered + 2 * (byteCount + 1 - width),
      filtered + 3 * (byteCount + 1 - width)
    )
    let to = (
      rows, rows + (stride - width), rows + 2 * (stride - width), rows + 3 * (stride - width)
    )
    // Near the ends of the rows, a row that has not begun reads zeros, and a row that has ended is not written.
    var offset = 0
    while offset < byteCount + 3 * width {
      let has = (
        offset < byteCount, offset >= width && offset < byteCount + width,
        offset >= 2 * width && offset < byteCount + 2 * width, offset >= 3 * width
      )
      let middle = upper.left
      let top = has.0 ? four(above, offset) : 0
      let first = upper.step(
        has.0 ? four(from.0, offset) : 0, has.1 ? four(from.1, offset) : 0, above: widened(top, 0))
      let second = lower.step(
        has.2 ? four(from.2, offset) : 0, has.3 ? four(from.3, offset) : 0, above: upperHalf(middle))
      if has.0 { put(UInt32(truncatingIfNeeded: first), to.0 + offset) }
      if has.1 { put(UInt32(truncatingIfNeeded: first >> 32), to.1 + offset) }
      if has.2 { put(UInt32(truncatingIfNeeded: second), to.2 + offset) }
      if has.3 { put(UInt32(truncatingIfNeeded: second >> 32), to.3 + offset) }
      offset += width
      guard offset == 3 * width else { continue }
      // From here to the end of the first row, all four rows are active.
      while offset < byteCount {
        let middle = upper.left
        let first = upper.step(
          four(from.0, offset), four(from.1, offset), above: widened(four(above, offset), 0))
        let second = lower.step(four(from.2, offset), four(from.3, offset), above: upperHalf(middle))
        put(UInt32(truncatingIfNeeded: first), to.0 + offset)
        put(UInt32(truncatingIfNeeded: first >> 32), to.1 + offset)
        put(UInt32(truncatingIfNeeded: second), to.2 + offset)
        put(UInt32(truncatingIfNeeded: second >> 32), to.3 + offset)
        offset += width
      }
    }
  }

  /// Two rows: the pixels to the left of the current ones, and above to the left.
  private struct RowPair {
    var left = SIMD8<Int16>.zero
    var corner = SIMD8<Int16>.zero

    /// - Parameter above: the pixel above that of the upper row, in the lower lanes.
    /// - Returns: the pixel of the upper row in the lower 32 bits, that of the lower row in the upper 32 bits.
    @inline(__always)
    mutating func step(_ upper: UInt32, _ lower: UInt32, above: SIMD8<Int16>) -> UInt64 {
      // The pixel above that of the lower row is the upper row's pixel of the previous step.
      let up = SIMD8(lowHalf: above.lowHalf, highHalf: left.lowHalf)
      let predicted = Unfilter.predictor(left, up, corner)
      corner = up
      let sum = Unfilter.addBytes(
        Unfilter.unsigned(Unfilter.widened(upper, lower)), Unfilter.unsigned(predicted))
      left = Unfilter.signed(sum)
      return Unfilter.lowBytes(sum)
    }
  }

  @inline(__always)
  private static func upperHalf(_ v: SIMD8<Int16>) -> SIMD8<Int16> { SIMD8(lowHalf: v.highHalf, highHalf: v.highHalf) }

  @inline(__always)
  private static func widened(_ low: UInt32, _ high: UInt32) -> SIMD8<Int16> {
    let bytes = bitCast(SIMD2(low, high), to: SIMD8<UInt8>.self)
    return signed(widened8(bytes))
  }

  @inline(__always)
  private static func four(_ pointer: UncheckedBytes, _ offset: Int) -> UInt32 {
    pointer.load(offset, as: UInt32.self)
  }

  @inline(__always)
  private static func put(_ bytes: UInt32, _ pointer: UncheckedBytes) {
    pointer.store(bytes, at: 0)
  }
}
