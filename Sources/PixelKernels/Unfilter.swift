// Longer than most: five filters and the pixel lanes that they need.

/// Reverses PNG's row filters (PNG specification, third edition, section 9): a row is the filtered row plus a prediction from the
/// left, upper and upper left pixels, byte by byte, modulo 256.
///
/// Left and upper left mean one whole pixel away (`pixelBytes`), and are 0 before the row begins. Average and Paeth are limited
/// by the dependency on the left pixel. So a pixel is one vector of 16-bit lanes, and stays in a register until its right
/// neighbor has used it.
package enum Unfilter {
  /// Bytes after the end of `filtered` and `above` that may be read, and after the end of `row` that may be overwritten.
  package static let slack = 32

  /// Reverses the filter of one row.
  ///
  /// `row` and `filtered` may overlap if `filtered` starts at least 33 bytes later: every step reads before it writes, and the
  /// slack then overwrites no byte that is still to be read.
  /// - Parameters:
  ///   - filter: 0 None, 1 Sub, 2 Up, 3 Average, 4 Paeth. Any other value is a programming error.
  ///   - pixelBytes: 1, 2, 3, 4, 6 or 8.
  ///   - row: memory for the row: `byteCount` bytes, then `slack`.
  ///   - filtered: the filtered bytes, without the filter byte: `byteCount`, then `slack`.
  ///   - above: the previous row, or zeros for the first row: `byteCount`, then `slack`.
  ///   - byteCount: a multiple of `pixelBytes`.
  @unsafe package static func row(
    filter: UInt8, pixelBytes: Int, into row: UnsafeMutableRawPointer, from filtered: UnsafeRawPointer,
    above: UnsafeRawPointer, byteCount: Int
  ) {
    if filter == 0 { return unsafe row.copyMemory(from: filtered, byteCount: byteCount) }
    let row = unsafe UncheckedBytes(row, count: byteCount &+ slack)
    let filtered = unsafe UncheckedBytes(reading: filtered, count: byteCount &+ slack)
    let above = unsafe UncheckedBytes(reading: above, count: byteCount &+ slack)
    switch filter {
    case 1: eachWidth(pixelBytes) { sub(row, filtered, byteCount, $0) }
    case 2: up(row, filtered, above, byteCount)
    case 3: eachWidth(pixelBytes) { average(row, filtered, above, byteCount, $0) }
    case 4: eachWidth(pixelBytes) { paeth(row, filtered, above, byteCount, $0) }
    default: preconditionFailure("a filter is 0...4")
    }
  }

  /// Copies 16-bit samples from the byte order of the file, big endian, to that of the machine.
  /// - Parameter byteCount: even. Up to `slack` more bytes may be read and written.
  @unsafe package static func copySwapped16(
    _ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, byteCount: Int
  ) {
    let source = unsafe UncheckedBytes(reading: source, count: byteCount &+ slack)
    let target = unsafe UncheckedBytes(target, count: byteCount &+ slack)
    var offset = 0
    while offset < byteCount {
      let big = source.load(offset, as: SIMD16<UInt16>.self)
      let swapped = UInt16(littleEndian: 1) == 1 ? (big &<< 8) | (big &>> 8) : big
      target.store(swapped, at: offset)
      offset += 32
    }
  }

  /// One copy of the body per pixel width, so that the widths of steps and stores are constants in it.
  @inline(__always)
  static func eachWidth(_ pixelBytes: Int, _ body: (Int) -> Void) {
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

  // SAFETY: for all loops below. Vectors start at offsets below `byteCount` and are at most `slack` long, so reads and writes
  // stay in the memory that the caller guarantees. Lanes past the pixel hold bytes of neighbors, and never reach the lanes of the
  // pixel: every operation is by lane, and what a store writes past the pixel is overwritten by the next one or is slack.

  @inline(__always)
  private static func up(
    _ row: UncheckedBytes, _ filtered: UncheckedBytes, _ above: UncheckedBytes, _ byteCount: Int
  ) {
    var offset = 0
    while offset < byteCount {
      let x = filtered.load(offset, as: SIMD32<UInt8>.self)
      let b = above.load(offset, as: SIMD32<UInt8>.self)
      row.store(x &+ b, at: offset)
      offset += 32
    }
  }

  @inline(__always)
  private static func sub(
    _ row: UncheckedBytes, _ filtered: UncheckedBytes, _ byteCount: Int, _ width: Int
  ) {
    var a = SIMD16<UInt8>.zero
    var offset = 0
    while offset < byteCount {
      a &+= filtered.load(offset, as: SIMD16<UInt8>.self)
      store(a, to: row + offset, width)
      offset += width
    }
  }

  @inline(__always)
  private static func average(
    _ row: UncheckedBytes, _ filtered: UncheckedBytes, _ above: UncheckedBytes, _ byteCount: Int,
    _ width: Int
  ) {
    var a = SIMD8<UInt16>.zero
    var offset = 0
    while offset < byteCount {
      let x = pixel(filtered + offset)
      let b = pixel(above + offset)
      a = addBytes(x, (a &+ b) &>> 1)
      storeLow(a, to: row + offset, width)
      offset += width
    }
  }

  /// The form with the shortest dependency chain. With `threshold = 3c - (a + b)`, the predictor is the smaller of a and b if the
  /// larger is at most the threshold, the larger if the smaller is at least the threshold, and otherwise c (stb_image's
  /// rearrangement; ties as in the specification: a before b before c).
  @inline(__always)
  private static func paeth(
    _ row: UncheckedBytes, _ filtered: UncheckedBytes, _ above: UncheckedBytes, _ byteCount: Int,
    _ width: Int
  ) {
    var a = SIMD8<Int16>.zero
    var c = SIMD8<Int16>.zero
    var offset = 0
    while offset < byteCount {
      let b = signed(pixel(above + offset))
      a = paethPixel(filtered + offset, a, b, c, to: row + offset, width)
      c = b
      offset += width
    }
  }

  /// Reverses Paeth for one pixel, given its filtered bytes and its left, upper and upper left neighbors. Stores and returns it.
  @inline(__always)
  private static func paethPixel(
    _ filtered: UncheckedBytes, _ a: SIMD8<Int16>, _ b: SIMD8<Int16>, _ c: SIMD8<Int16>,
    to target: UncheckedBytes, _ width: Int
  ) -> SIMD8<Int16> {
    let sum = addBytes(pixel(filtered), unsigned(predictor(a, b, c)))
    storeLow(sum, to: target, width)
    return signed(sum)
  }

  @inline(__always)
  static func predictor(_ a: SIMD8<Int16>, _ b: SIMD8<Int16>, _ c: SIMD8<Int16>) -> SIMD8<Int16> {
    let threshold = (c &+ c &+ c &- b) &- a
    // The minimum and maximum of the standard library are not inlined where they are used often.
    let low = a.replacing(with: b, where: b .< a)
    let high = a.replacing(with: b, where: a .< b)
    let lowOrC = c.replacing(with: low, where: high .<= threshold)
    return lowOrC.replacing(with: high, where: threshold .<= low)
  }

  @inline(__always)
  private static func pixel(_ pointer: UncheckedBytes) -> SIMD8<UInt16> {
    widened8(pointer.load(0, as: SIMD8<UInt8>.self))
  }

  @inline(__always)
  static func signed(_ v: SIMD8<UInt16>) -> SIMD8<Int16> { bitCast(v, to: SIMD8<Int16>.self) }

  @inline(__always)
  static func unsigned(_ v: SIMD8<Int16>) -> SIMD8<UInt16> { bitCast(v, to: SIMD8<UInt16>.self) }

  /// The sum modulo 256 of lanes whose upper bytes are 0. Byte addition needs no mask afterward.
  @inline(__always)
  static func addBytes(_ x: SIMD8<UInt16>, _ y: SIMD8<UInt16>) -> SIMD8<UInt16> {
    let sum = bitCast(x, to: SIMD16<UInt8>.self) &+ bitCast(y, to: SIMD16<UInt8>.self)
    return bitCast(sum, to: SIMD8<UInt16>.self)
  }

  @inline(__always)
  private static func storeLow(_ v: SIMD8<UInt16>, to pointer: UncheckedBytes, _ width: Int) {
    storeLow(lowBytes(v), to: pointer, width)
  }

  /// The low byte of each lane. The conversion of the standard library is not inlined where it is used often.
  @inline(__always)
  static func lowBytes(_ v: SIMD8<UInt16>) -> UInt64 {
    bitCast(bitCast(v, to: SIMD16<UInt8>.self).evenHalf, to: UInt64.self)
  }

  @inline(__always)
  private static func store(_ v: SIMD16<UInt8>, to pointer: UncheckedBytes, _ width: Int) {
    storeLow(bitCast(v, to: SIMD2<UInt64>.self)[0], to: pointer, width)
  }

  @inline(__always)
  static func storeLow(_ bytes: UInt64, to pointer: UncheckedBytes, _ width: Int) {
    switch width {
    case 1: pointer.store(UInt8(truncatingIfNeeded: bytes), at: 0)
    case 2: pointer.store(UInt16(truncatingIfNeeded: bytes), at: 0)
    case 3, 4: pointer.store(UInt32(truncatingIfNeeded: bytes), at: 0)
    default: pointer.store(bytes, at: 0)
    }
  }
}
