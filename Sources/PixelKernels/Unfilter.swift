// Longer than most: five filters and the lanes of pixels that they are made of.

/// Undoing PNG's row filters (PNG specification, third edition, section 9): the row is the filtered row plus a
/// prediction from the pixels to the left, above, and above left, byte by byte, modulo 256.
///
/// Left, and above left, mean one whole pixel away (`pixelBytes`), and are 0 before the row begins. What limits Average
/// and Paeth is the wait for the pixel to the left, so a pixel goes through as one vector of 16-bit lanes, and stays in
/// a register until its right neighbor has used it.
package enum Unfilter {
  /// Bytes past the end of `filtered` and `above` that may be read, and past the end of `row` that may be overwritten.
  package static let slack = 32

  /// Undoes one row's filter.
  ///
  /// `row` and `filtered` may lie in the same memory if `filtered` starts later: every step reads before it writes and
  /// nothing that is still to be read is overwritten by the slack when `filtered` is at least 33 bytes ahead.
  /// - Parameters:
  ///   - filter: 0 None, 1 Sub, 2 Up, 3 Average, 4 Paeth; anything else is a programmer's error.
  ///   - pixelBytes: 1, 2, 3, 4, 6 or 8.
  ///   - row: where the row goes: `byteCount` bytes, then `slack`.
  ///   - filtered: the filtered bytes, without the filter byte: `byteCount`, then `slack`.
  ///   - above: the row before, or zeros for the first: `byteCount`, then `slack`.
  ///   - byteCount: a multiple of `pixelBytes`.
  @unsafe package static func row(
    filter: UInt8, pixelBytes: Int, into row: UnsafeMutableRawPointer, from filtered: UnsafeRawPointer,
    above: UnsafeRawPointer, byteCount: Int
  ) {
    switch filter {
    case 0: unsafe row.copyMemory(from: filtered, byteCount: byteCount)
    case 1: eachWidth(pixelBytes) { unsafe sub(row, filtered, byteCount, $0) }
    case 2: unsafe up(row, filtered, above, byteCount)
    case 3: eachWidth(pixelBytes) { unsafe average(row, filtered, above, byteCount, $0) }
    case 4: eachWidth(pixelBytes) { unsafe paeth(row, filtered, above, byteCount, $0) }
    default: preconditionFailure("a filter is 0...4")
    }
  }

  /// Undoes Paeth in two rows at once, one pixel apart: what a pixel waits for in one row is done while the other row's
  /// pixel waits, and the second row's upper neighbors come from registers.
  ///
  /// `rows` and `filtered` may lie in the same memory under the conditions of `row`, for both rows.
  /// - Parameters:
  ///   - pixelBytes: 1, 2, 3, 4 or 8. One byte after a row of three is overwritten.
  ///   - stride: bytes from the first row to the second, more than `byteCount`.
  ///   - filtered: the first row's filtered bytes; the second's follow after its filter byte, at `byteCount + 1`.
  ///   - byteCount: above 0.
  @unsafe package static func twoPaethRows(
    pixelBytes: Int, into rows: UnsafeMutableRawPointer, stride: Int, from filtered: UnsafeRawPointer,
    above: UnsafeRawPointer, byteCount: Int
  ) {
    eachWidth(pixelBytes) { unsafe twoPaethRows(rows, stride, filtered, above, byteCount, $0) }
  }

  /// Copies 16-bit samples from the file's byte order, big endian, to the machine's.
  /// - Parameter byteCount: even; up to `slack` more bytes may be read and written.
  @unsafe package static func copySwapped16(
    _ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, byteCount: Int
  ) {
    var offset = 0
    while offset < byteCount {
      let big = unsafe source.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt16>.self)
      let swapped = UInt16(littleEndian: 1) == 1 ? (big &<< 8) | (big &>> 8) : big
      unsafe target.storeBytes(of: swapped, toByteOffset: offset, as: SIMD16<UInt16>.self)
      offset += 32
    }
  }

  /// One copy of the body for each pixel width, so that widths of steps and stores are constants in it.
  @inline(__always)
  private static func eachWidth(_ pixelBytes: Int, _ body: (Int) -> Void) {
    switch pixelBytes {
    case 1: body(1)
    case 2: body(2)
    case 3: body(3)
    case 4: body(4)
    case 6: body(6)
    case 8: body(8)
    default: preconditionFailure("a pixel is 1, 2, 3, 4, 6 or 8 bytes")
    }
  }

  // SAFETY: for all loops below. Vectors start at offsets below `byteCount` and are at most `slack` long, so reads and
  // writes stay in the memory that the caller promises. Lanes past the pixel hold neighbors' bytes, and never reach
  // the lanes of the pixel: every operation is by lane, and what a store writes past the pixel is overwritten by
  // the next one or is slack.

  @inline(__always)
  private static func up(
    _ row: UnsafeMutableRawPointer, _ filtered: UnsafeRawPointer, _ above: UnsafeRawPointer, _ byteCount: Int
  ) {
    var offset = 0
    while offset < byteCount {
      let x = unsafe filtered.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
      let b = unsafe above.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
      unsafe row.storeBytes(of: x &+ b, toByteOffset: offset, as: SIMD32<UInt8>.self)
      offset += 32
    }
  }

  @inline(__always)
  private static func sub(
    _ row: UnsafeMutableRawPointer, _ filtered: UnsafeRawPointer, _ byteCount: Int, _ width: Int
  ) {
    var a = SIMD16<UInt8>.zero
    var offset = 0
    while offset < byteCount {
      unsafe a &+= filtered.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
      unsafe store(a, to: row + offset, width)
      offset += width
    }
  }

  @inline(__always)
  private static func average(
    _ row: UnsafeMutableRawPointer, _ filtered: UnsafeRawPointer, _ above: UnsafeRawPointer, _ byteCount: Int,
    _ width: Int
  ) {
    var a = SIMD8<UInt16>.zero
    var offset = 0
    while offset < byteCount {
      let x = unsafe pixel(filtered + offset)
      let b = unsafe pixel(above + offset)
      a = addBytes(x, (a &+ b) &>> 1)
      unsafe storeLow(a, to: row + offset, width)
      offset += width
    }
  }

  /// The form with least to wait for: with `threshold = 3c - (a + b)`, the predictor is the lesser of a and b when the
  /// greater is at most the threshold, the greater when the lesser is at least the threshold, else c (stb_image's
  /// rearrangement; ties as in the specification: a before b before c).
  @inline(__always)
  private static func paeth(
    _ row: UnsafeMutableRawPointer, _ filtered: UnsafeRawPointer, _ above: UnsafeRawPointer, _ byteCount: Int,
    _ width: Int
  ) {
    var a = SIMD8<Int16>.zero
    var c = SIMD8<Int16>.zero
    var offset = 0
    while offset < byteCount {
      let b = unsafe signed(pixel(above + offset))
      a = unsafe paethPixel(filtered + offset, a, b, c, to: row + offset, width)
      c = b
      offset += width
    }
  }

  @inline(__always)
  private static func twoPaethRows(
    _ rows: UnsafeMutableRawPointer, _ stride: Int, _ filtered: UnsafeRawPointer, _ above: UnsafeRawPointer,
    _ byteCount: Int, _ width: Int
  ) {
    // The first row is at `offset`, the second one pixel behind. At the top of the loop `first` is the pixel to the left
    // for the first row, and above for the second; the corners are the pixels above to the left.
    let nextFiltered = unsafe filtered + byteCount + 1 - width
    let next = unsafe rows + stride - width
    var firstCorner = unsafe signed(pixel(above))
    var first = unsafe paethPixel(filtered, .zero, firstCorner, .zero, to: rows, width)
    var secondCorner = SIMD8<Int16>.zero
    var second = SIMD8<Int16>.zero
    var offset = width
    while offset < byteCount {
      let above = unsafe signed(pixel(above + offset))
      let left = first
      first = unsafe paethPixel(filtered + offset, left, above, firstCorner, to: rows + offset, width)
      second = unsafe paethPixel(nextFiltered + offset, second, left, secondCorner, to: next + offset, width)
      firstCorner = above
      secondCorner = left
      offset += width
    }
    _ = unsafe paethPixel(nextFiltered + offset, second, first, secondCorner, to: next + offset, width)
  }

  /// One pixel: its bytes in, its left, upper and upper left neighbors; it goes to `target`, and is returned.
  @inline(__always)
  private static func paethPixel(
    _ filtered: UnsafeRawPointer, _ a: SIMD8<Int16>, _ b: SIMD8<Int16>, _ c: SIMD8<Int16>,
    to target: UnsafeMutableRawPointer, _ width: Int
  ) -> SIMD8<Int16> {
    let sum = unsafe addBytes(pixel(filtered), unsigned(predictor(a, b, c)))
    unsafe storeLow(sum, to: target, width)
    return signed(sum)
  }

  @inline(__always)
  static func predictor(_ a: SIMD8<Int16>, _ b: SIMD8<Int16>, _ c: SIMD8<Int16>) -> SIMD8<Int16> {
    let threshold = (c &+ c &+ c &- b) &- a
    // Not the library's minimum and maximum, which stay calls where they are used often.
    let low = a.replacing(with: b, where: b .< a)
    let high = a.replacing(with: b, where: a .< b)
    let lowOrC = c.replacing(with: low, where: high .<= threshold)
    return lowOrC.replacing(with: high, where: threshold .<= low)
  }

  @inline(__always)
  private static func pixel(_ pointer: UnsafeRawPointer) -> SIMD8<UInt16> {
    unsafe widened8(pointer.loadUnaligned(as: SIMD8<UInt8>.self))
  }

  @inline(__always)
  static func signed(_ v: SIMD8<UInt16>) -> SIMD8<Int16> { unsafe unsafeBitCast(v, to: SIMD8<Int16>.self) }

  @inline(__always)
  static func unsigned(_ v: SIMD8<Int16>) -> SIMD8<UInt16> { unsafe unsafeBitCast(v, to: SIMD8<UInt16>.self) }

  /// The sum modulo 256 of lanes whose upper bytes are 0: by bytes, so that nothing need be masked off after it.
  @inline(__always)
  static func addBytes(_ x: SIMD8<UInt16>, _ y: SIMD8<UInt16>) -> SIMD8<UInt16> {
    let sum = unsafe unsafeBitCast(x, to: SIMD16<UInt8>.self) &+ unsafeBitCast(y, to: SIMD16<UInt8>.self)
    return unsafe unsafeBitCast(sum, to: SIMD8<UInt16>.self)
  }

  @inline(__always)
  private static func storeLow(_ v: SIMD8<UInt16>, to pointer: UnsafeMutableRawPointer, _ width: Int) {
    unsafe storeLow(lowBytes(v), to: pointer, width)
  }

  /// The low byte of each lane. Not the library's conversion, which stays a call where it is used often.
  @inline(__always)
  static func lowBytes(_ v: SIMD8<UInt16>) -> UInt64 {
    unsafe unsafeBitCast(unsafeBitCast(v, to: SIMD16<UInt8>.self).evenHalf, to: UInt64.self)
  }

  @inline(__always)
  private static func store(_ v: SIMD16<UInt8>, to pointer: UnsafeMutableRawPointer, _ width: Int) {
    unsafe storeLow(unsafeBitCast(v, to: SIMD2<UInt64>.self)[0], to: pointer, width)
  }

  @inline(__always)
  private static func storeLow(_ bytes: UInt64, to pointer: UnsafeMutableRawPointer, _ width: Int) {
    switch width {
    case 1: unsafe pointer.storeBytes(of: UInt8(truncatingIfNeeded: bytes), as: UInt8.self)
    case 2: unsafe pointer.storeBytes(of: UInt16(truncatingIfNeeded: bytes), as: UInt16.self)
    case 3, 4: unsafe pointer.storeBytes(of: UInt32(truncatingIfNeeded: bytes), as: UInt32.self)
    default: unsafe pointer.storeBytes(of: bytes, as: UInt64.self)
    }
  }
}
