/// A resampling, split into bands of output rows for several threads: what each band needs, and the bytes it may access.
///
/// The output does not depend on the split: every row is a function of the source alone.
@safe struct RowBands: @unchecked Sendable {
  // SAFETY (unchecked Sendable): while bands run, the source and the weights are only read. Each band writes its own output rows
  // and its own part of the scratch, and no two bands overlap. `Resampler` lends the pointers and keeps the planes and the
  // scratch valid until all bands have ended.
  let source: UnsafeRawPointer
  let sourceStride: Int
  let sourceSize: PixelSize
  let channels: Int
  let target: AccumulatorTarget
  let vertical: Weights
  let horizontal: Weights
  let scratch: UnsafeMutableRawPointer
  let layout: AccumulatorLayout
  /// 1 or more.
  let count: Int
  /// As in `RowAccumulator`.
  let deadline: UInt64

  /// Computes the output rows of a band.
  func run<Passes: ResizePasses>(_ band: Int, _ passes: Passes.Type) {
    let rows = RowBands.rows(of: band, of: count, height: vertical.axis.count)
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: layout.rowsAtOnce) {
      let part = start..<min(start + layout.rowsAtOnce, rows.upperBound)
      var sums = unsafe RowAccumulator(
        vertical: vertical, horizontal: horizontal, channels: channels, rows: part, layout: layout,
        memory: scratch + band * layout.byteCount, target: target, deadline: deadline)
      unsafe sums.add(passes, source, stride: sourceStride, count: sourceSize.height)
      if sums.wasLate { return }
    }
  }

  /// The output rows of a band, from top to bottom; may be empty if there are fewer blocks than bands.
  static func rows(of band: Int, of count: Int, height: Int) -> Range<Int> {
    let blocks = (height + RowAccumulator.blockRows - 1) / RowAccumulator.blockRows
    let (first, end) = (blocks * band / count, blocks * (band + 1) / count)
    return min(first * RowAccumulator.blockRows, height)..<min(end * RowAccumulator.blockRows, height)
  }
}
