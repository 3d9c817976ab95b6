/// Where the output's rows are.
@safe struct RowSumsTarget {
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

/// Where the parts of the memory of `RowSums` lie: pairs of rows, lines, sums, columns, and sums of some output pixels.
struct RowSumsLayout {
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
  let columnsOffset: Int
  let chunkOffset: Int
  let byteCount: Int

  /// Output pixels whose sums are stored together.
  static let chunk = 32

  init(_ passes: any ResizePasses.Type, vertical: Weights, width: Int, channels: Int) {
    slots = RowSumsLayout.slots(vertical)
    let samples = (width * channels + 31) & ~31
    // Measured: for long rows half as many, whose sums fill the caches.
    stepPairs = (samples > 8192 ? 32 : 64) / passes.pairBytes
    linesOffset = stepPairs * strip * passes.pairBytes
    lineStride = (samples + 32) * passes.rowSampleBytes
    sumsOffset = linesOffset + RowSums.blockRows * lineStride
    slotStride = samples * 4 + 64
    columnsOffset = sumsOffset + slots * slotStride
    // Tiles of eight samples are written whole, and a pixel may be added to make a pair.
    chunkOffset = (columnsOffset + (samples + channels + 8) * passes.columnSampleBytes + 63) & ~63
    byteCount = chunkOffset + RowSumsLayout.chunk * channels * 32
  }

  /// Rows are begun and become whole in their order. Open at a time are those that begin before the first of them is
  /// whole, or, if they are of the next block, before the block is.
  private static func slots(_ vertical: Weights) -> Int {
    let (count, taps) = (vertical.axis.count, Int32(vertical.tapCount))
    var (most, next) = (1, 0)
    for row in 0..<count {
      while next < count, vertical.first[next] < vertical.first[row] + taps { next += 1 }
      most = max(most, next - row)
    }
    return most
  }
}
