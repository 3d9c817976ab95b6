/// The memory of the output rows.
@safe struct AccumulatorTarget {
  // SAFETY: the creator of this value keeps the plane alive.
  private let base: UnsafeMutableRawPointer
  private let blockStride: Int
  let stride: Int
  let depth: SampleDepth

  /// - Parameter hasOneBlock: whether the plane has the rows of one block, and each block replaces the one before.
  init(_ plane: borrowing Plane, hasOneBlock: Bool = false) {
    unsafe base = unsafe plane.base
    stride = plane.stride
    blockStride = hasOneBlock ? 0 : plane.stride
    depth = plane.depth
  }

  @unsafe func start(of block: Range<Int>) -> UnsafeMutableRawPointer {
    unsafe base + block.lowerBound * blockStride
  }
}

/// The layout of the memory of `RowAccumulator`: pairs of rows, lines, sums, columns, and sums of some output pixels.
struct AccumulatorLayout {
  /// Samples per strip: a multiple of 32, the step of the passes.
  static let strip = 384
  /// Maximum number of pairs that are added at once. A strip of them, with the sums of some rows, fits the L1 cache.
  let stepPairs: Int
  let linesOffset: Int
  let lineStride: Int
  let sumsOffset: Int
  let slotStride: Int
  /// Maximum number of output rows that are open at the same time.
  let slots: Int
  /// Output rows per pass over the source: whole blocks, or all rows.
  let rowsAtOnce: Int
  let columnsOffset: Int
  let chunkOffset: Int
  let byteCount: Int

  /// Bytes per sample column of the pairs that are added at once. Rows of more than `longRow` samples are faster with half of
  /// them, because their sums fill the caches (`kernel-bench resize`).
  static let stepBytes = 64
  private static let longRow = 8192

  /// Output pixels whose sums are stored together.
  static let chunk = 32

  /// Upper bound of the sums of open rows, unless one block of rows takes more. Where an image is enlarged, one source row
  /// affects many output rows, and all of them would be open.
  static let maxSumsByteCount = 4 << 20

  /// - Parameter comesOnce: whether the source is streamed. Then all output rows that a source row affects must be open. An image
  ///   that is not enlarged has few of them.
  init(_ passes: any ResizePasses.Type, vertical: Weights, width: Int, channels: Int, comesOnce: Bool = false) {
    let samples = (width * channels + 31) & ~31
    slotStride = samples * 4 + 64
    let open = AccumulatorLayout.slots(vertical)
    let maximum = max(
      RowAccumulator.blockRows,
      AccumulatorLayout.maxSumsByteCount / slotStride / RowAccumulator.blockRows * RowAccumulator.blockRows)
    rowsAtOnce = open <= maximum || comesOnce ? vertical.axis.count : maximum
    slots = min(open, rowsAtOnce)
    stepPairs = (samples > Self.longRow ? Self.stepBytes / 2 : Self.stepBytes) / passes.pairBytes
    linesOffset = stepPairs * Self.strip * passes.pairBytes
    lineStride = (samples + 32) * passes.rowSampleBytes
    sumsOffset = linesOffset + RowAccumulator.blockRows * lineStride
    columnsOffset = sumsOffset + slots * slotStride
    // Tiles of eight samples are written whole, and a pixel may be added to complete a pair.
    chunkOffset = (columnsOffset + (samples + channels + 8) * passes.columnSampleBytes + 63) & ~63
    byteCount = chunkOffset + AccumulatorLayout.chunk * channels * 32
  }

  /// Output rows begin and complete in order. Open at the same time are the rows that begin before the first of them is complete,
  /// or, for rows of the next block, before the current block is complete.
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
