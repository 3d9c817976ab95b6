typealias SixteenBytes = SIMD16<UInt8>
typealias EightColumns = (
  SixteenBytes, SixteenBytes, SixteenBytes, SixteenBytes, SixteenBytes, SixteenBytes, SixteenBytes, SixteenBytes
)

/// Collects the samples of sixteen blocks in one row: one vector for each column, one lane per block.
///
/// It interleaves bytes, then pairs, fours and eights of them. The optimizer turns each interleaving into one instruction, but
/// only with these conversions in between.
enum ByteColumns {
  /// - Parameter rows: eight samples of a block and eight of the eighth block after it.
  @inline(__always) static func columns(of rows: EightColumns) -> EightColumns {
    let (a0, c0) = interleaved1(rows.0, rows.1)
    let (a1, c1) = interleaved1(rows.2, rows.3)
    let (a2, c2) = interleaved1(rows.4, rows.5)
    let (a3, c3) = interleaved1(rows.6, rows.7)
    let ((a4, a5), (a6, a7)) = (interleaved2(a0, a1), interleaved2(a2, a3))
    let ((c4, c5), (c6, c7)) = (interleaved2(c0, c1), interleaved2(c2, c3))
    let ((b0, b1), (b2, b3)) = (interleaved4(a4, a6), interleaved4(a5, a7))
    let ((d0, d1), (d2, d3)) = (interleaved4(c4, c6), interleaved4(c5, c7))
    let ((x0, x1), (x2, x3)) = (interleaved8(b0, d0), interleaved8(b1, d1))
    let ((x4, x5), (x6, x7)) = (interleaved8(b2, d2), interleaved8(b3, d3))
    return (x0, x1, x2, x3, x4, x5, x6, x7)
  }

  @inline(__always)
  private static func interleaved1(_ x: SixteenBytes, _ y: SixteenBytes) -> (SixteenBytes, SixteenBytes) {
    (
      SIMD16(
        x[0], y[0], x[1], y[1], x[2], y[2], x[3], y[3], x[4], y[4], x[5], y[5], x[6], y[6], x[7], y[7]),
      SIMD16(
        x[8], y[8], x[9], y[9], x[10], y[10], x[11], y[11], x[12], y[12], x[13], y[13], x[14], y[14], x[15], y[15])
    )
  }

  @inline(__always)
  private static func interleaved2(_ x: SixteenBytes, _ y: SixteenBytes) -> (SixteenBytes, SixteenBytes) {
    let (x, y) = (bitCast(x, to: SIMD8<UInt16>.self), bitCast(y, to: SIMD8<UInt16>.self))
    return (
      bitCast(SIMD8(x[0], y[0], x[1], y[1], x[2], y[2], x[3], y[3]), to: SixteenBytes.self),
      bitCast(SIMD8(x[4], y[4], x[5], y[5], x[6], y[6], x[7], y[7]), to: SixteenBytes.self)
    )
  }

  @inline(__always)
  private static func interleaved4(_ x: SixteenBytes, _ y: SixteenBytes) -> (SixteenBytes, SixteenBytes) {
    let (x, y) = (bitCast(x, to: SIMD4<UInt32>.self), bitCast(y, to: SIMD4<UInt32>.self))
    return (
      bitCast(SIMD4(x[0], y[0], x[1], y[1]), to: SixteenBytes.self),
      bitCast(SIMD4(x[2], y[2], x[3], y[3]), to: SixteenBytes.self)
    )
  }

  @inline(__always)
  private static func interleaved8(_ x: SixteenBytes, _ y: SixteenBytes) -> (SixteenBytes, SixteenBytes) {
    let (x, y) = (bitCast(x, to: SIMD2<UInt64>.self), bitCast(y, to: SIMD2<UInt64>.self))
    return (
      bitCast(SIMD2(x[0], y[0]), to: SixteenBytes.self), bitCast(SIMD2(x[1], y[1]), to: SixteenBytes.self)
    )
  }
}
