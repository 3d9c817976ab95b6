/// Where the output's rows are.
@safe struct AccumulatorTarget {
  // SAFETY: whoever makes this keeps the plane.
  let base: UnsafeMutableRawPointer
  let stride: Int
  let depth: SampleDepth

  init(_ plane: borrowing Plane) {
    unsafe base = unsafe plane.base
    stride = plane.stride
    depth = plane.depth
  }
}

/// Where the parts of the memory of `RowAccumulator` lie: pairs of rows, lines, sums, columns, and sums of some output pixels.
struct AccumulatorLayout {
  /// Samples of a strip: a multiple of 32, the length of the passes' steps.
  let strip = 384
  /// The most pairs that are added at once: with the sums of some rows, a strip of them fits the first-level cache.
  let stepPairs: Int
  let linesOffset: Int
  let lineStride: Int
  let sumsOffset: Int
  let slotStride: Int
  /// How many output rows may be open at a time.
  let slots: Int
  /// How many output rows are made in one pass over the source: whole blocks, or all.
  let rowsAtOnce: Int
  let columnsOffset: Int
  let chunkOffset: Int
  let byteCount: Int

  /// Output pixels whose sums are stored together.
  static let chunk = 32

  /// What the sums of open rows take at most, unless one block of rows takes more. Where an image is enlarged, one source row
  /// is part of many output rows, and all of them would be open.
  static let maxSumsByteCount = 4 << 20

  /// - Parameter comesOnce: whether the source's rows come by and by; then all output rows that a source row is part of have to
  ///   be open. An image that is not enlarged has few of them.
  init(_ passes: any ResizePasses.Type, vertical: Weights, width: Int, channels: Int, comesOnce: Bool = false) {
    let samples = (width * channels + 31) & ~31
    slotStride = samples * 4 + 64
    let open = AccumulatorLayout.slots(vertical)
    let maximum = max(
      RowAccumulator.blockRows,
      AccumulatorLayout.maxSumsByteCount / slotStride / RowAccumulator.blockRows * RowAccumulator.blockRows)
    rowsAtOnce = open <= maximum || comesOnce ? vertical.axis.count : maximum
    slots = min(open, rowsAtOnce)
    // Measured: for long rows half as many, whose sums fill the caches.
    stepPairs = (samples > 8192 ? 32 : 64) / passes.pairBytes
    linesOffset = stepPairs * strip * passes.pairBytes
    lineStride = (samples + 32) * passes.rowSampleBytes
    sumsOffset = linesOffset + RowAccumulator.blockRows * lineStride
    columnsOffset = sumsOffset + slots * slotStride
    // Tiles of eight samples are written whole, and a pixel may be added to make a pair.
    chunkOffset = (columnsOffset + (samples + channels + 8) * passes.columnSampleBytes + 63) & ~63
    byteCount = chunkOffset + AccumulatorLayout.chunk * channels * 32
  }

  /// Rows are begun and become whole in their order. Open at a time are those that begin before the first of them is
  /// whole, or, if they are of the next block, before the block is.
  private static func slots(_ vertical: Weights) -> Int {
    let (count, taps) = (vertical.axis.count, Int32(vertical.tapCount))
    var (maximum, next) = (1, 0)
    for row in 0..<count {
      while next < count, vertical.first[next] < vertical.first[row] + taps { next += 1 }
      maximum = max(maximum, next - row)
    }
    return maximum
  }
}
