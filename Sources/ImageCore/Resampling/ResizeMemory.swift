/// Upper bounds of the memory of a resampling in addition to its source and its output, in bytes.
package struct ResizeMemory {
  /// During the whole resampling: weights, sums, rows.
  package let working: Int
  /// Additional memory for each further band of rows that runs at the same time.
  package let band: Int
  /// Additional memory while the weights are computed, before there are any sums.
  package let making: Int

  /// The bounds for `Resampler.resized` or, if `comesOnce`, for `Resampler.streamed`.
  package init(
    _ source: PixelSize, _ channels: Int, _ depth: SampleDepth, rect: SourceRect, to size: PixelSize, kernel: Kernel,
    comesOnce: Bool
  ) {
    let form: Weights.Form = depth == .eight ? .integers : .floats
    let (down, across) = (rect.down(source, to: size), rect.across(source, to: size))
    let columns = across.reached(by: kernel)
    if !comesOnce, let steps = ColumnsFirst(source, rect: rect, to: size, columnCount: columns.count) {
      let first = ResizeMemory(
        source, channels, depth, rect: steps.columns, to: steps.size, kernel: kernel, comesOnce: false)
      let second = ResizeMemory(
        steps.size, channels, .sixteen, rect: steps.rows, to: size, kernel: kernel, comesOnce: false)
      making = max(first.making, second.making)
      band = max(first.band, second.band)
      working = max(first.working, second.working) + steps.size.pixelCount * channels * 2
      return
    }
    let vertical = Weights.maxByteCount(kernel, down, form)
    let horizontal = Weights.maxByteCount(kernel, across.within(columns), form)
    making = max(vertical.making, horizontal.making)
    band = AccumulatorLayout.maxByteCount(
      form, rows: size.height, scale: down.scale, width: columns.count, channels: channels, comesOnce: comesOnce)
    working = vertical.kept + horizontal.kept + band
  }

  /// The peak with one band.
  package var byteCount: Int { working + making }
}

extension AccumulatorLayout {
  /// - Parameters:
  ///   - rows: number of output rows.
  ///   - scale: source rows per output row.
  static func maxByteCount(
    _ form: Weights.Form, rows: Int, scale: Double, width: Int, channels: Int, comesOnce: Bool
  ) -> Int {
    let (row, column, pair) = form == .integers ? (2, 16, 4) : (4, 32, 8)
    let samples = (width * channels + 31) & ~31
    let slot = samples * 4 + 64
    // A row begins at most three lobes of the widest kernel before its center; rows at the top of the image begin at its first
    // row. From there the weights of any row extend over at most six lobes, and are padded to whole pairs.
    let open = min(rows, Int(13 / min(scale, 1)) + 4)
    let maximum = comesOnce ? open : max(RowAccumulator.blockRows, min(open, maxSumsByteCount / slot + 1))
    return stepBytes * strip * pair / 4 + RowAccumulator.blockRows * (samples + 32) * row + maximum * slot
      + (samples + channels + 8) * column + 64 + chunk * channels * 32
  }
}
