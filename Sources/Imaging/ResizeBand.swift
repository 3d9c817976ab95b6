extension RowBands {
  /// Makes the output rows of a band, eight at a time.
  ///
  /// The source is worked on in strips of columns that stay in the first-level cache: so it is read from memory once,
  /// and no picture of an intermediate size is ever stored. Only the eight rows of the block are kept at full width.
  func run<Passes: ResizePasses>(_ band: Int, _ passes: Passes.Type) {
    let verticals = Passes.coefficients(of: vertical)
    let horizontals = Passes.coefficients(of: horizontal)
    // SAFETY: `layout` has room for every part, and each band has its own; the rest as the passes promise.
    let memory = unsafe scratch + band * layout.byteCount
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: layout.clearedBytes)
    unsafe verticals.withUnsafeBufferPointer { verticals in
      unsafe horizontals.withUnsafeBufferPointer { horizontals in
        unsafe horizontal.first.withUnsafeBufferPointer { first in
          guard let down = verticals.baseAddress, let across = horizontals.baseAddress, let first = first.baseAddress
          else { return }
          for start in stride(from: rows(of: band).lowerBound, to: rows(of: band).upperBound, by: RowBands.blockRows) {
            let block = start..<min(start + RowBands.blockRows, resultSize.height)
            unsafe sumRows(passes, block, weights: down, memory)
            unsafe sumColumns(passes, block, first: first, weights: across, memory)
          }
        }
      }
    }
  }

  /// The vertical half: the block's rows at the source's width, in lanes.
  @inline(__always)
  @unsafe private func sumRows<Passes: ResizePasses>(
    _ passes: Passes.Type, _ block: Range<Int>, weights: UnsafePointer<Passes.Weight>, _ memory: UnsafeMutableRawPointer
  ) {
    let rowSamples = sourceSize.width * channels
    let sampleBytes = Passes.pairBytes / 4
    let pairStride = layout.strip * Passes.pairBytes
    let pairs = vertical.pairs(for: block)
    let lines = unsafe memory + layout.rowsOffset
    for start in stride(from: 0, to: rowSamples, by: layout.strip) {
      let count = min(layout.strip, rowSamples - start)
      for pair in pairs {
        // Of an odd number of rows the last is paired with itself; its double has weight 0.
        let top = unsafe source + 2 * pair * sourceStride + start * sampleBytes
        let bottom = unsafe 2 * pair + 1 < sourceSize.height ? top + sourceStride : top
        unsafe Passes.pairRows(top, bottom, count: count, into: memory + (pair - pairs.lowerBound) * pairStride)
      }
      for row in block {
        unsafe Passes.sumRows(
          memory + (Int(vertical.first[row]) / 2 - pairs.lowerBound) * pairStride, stride: pairStride,
          weights: weights + row * vertical.tapCount, pairCount: vertical.tapCount / 2, count: count,
          precision: vertical.precision, into: lines + (row - block.lowerBound) * layout.rowStride)
      }
      // A last pixel without a neighbour takes what follows it in the lines, finite and of weight 0, for one.
      let missing = start + count == rowSamples && sourceSize.width % 2 == 1 ? channels : 0
      unsafe Passes.transpose(
        lines, stride: layout.rowStride, channels: channels, count: count + missing,
        into: memory + layout.columnsOffset + start * Passes.columnSampleBytes)
    }
  }

  /// The horizontal half: sums over columns, some output pixels at a time, and their places in the output.
  @inline(__always)
  @unsafe private func sumColumns<Passes: ResizePasses>(
    _ passes: Passes.Type, _ block: Range<Int>, first: UnsafePointer<Int32>, weights: UnsafePointer<Passes.Weight>,
    _ memory: UnsafeMutableRawPointer
  ) {
    let sums = unsafe memory + layout.sumsOffset
    for x in stride(from: 0, to: resultSize.width, by: ResizeLayout.chunk) {
      let count = min(ResizeLayout.chunk, resultSize.width - x)
      unsafe Passes.sumColumns(
        memory + layout.columnsOffset, channels: channels, first: first + x, weights: weights + x * horizontal.tapCount,
        pairCount: horizontal.tapCount / 2, count: count, into: sums)
      let to = unsafe result + block.lowerBound * resultStride + x * channels * resultDepth.byteCount
      switch resultDepth {
      case .eight:
        unsafe Passes.store8(
          sums, count: count * channels, precision: horizontal.precision, rows: block.count, into: to,
          stride: resultStride)
      case .sixteen:
        unsafe Passes.store16(
          sums, count: count * channels, precision: horizontal.precision, rows: block.count, into: to,
          stride: resultStride)
      }
    }
  }
}
