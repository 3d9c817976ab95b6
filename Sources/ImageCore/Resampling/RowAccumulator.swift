/// Resamples source rows as they arrive, for a range of output rows. It holds only the current rows of the source.
///
/// Each source row is added at once to the sums of all output rows that it affects. Complete output rows are collected, eight at
/// a time, and pass the horizontal half together. The work is done on strips of columns that stay in the L1 cache, and the sums
/// of open rows stay in the L2 cache.
@safe struct RowAccumulator {
  private let vertical: Weights
  private let horizontal: Weights
  private let channels: Int
  private let rowSamples: Int
  private let layout: AccumulatorLayout
  // SAFETY: `layout.byteCount` bytes, and the rows of the output. Both outlive this value.
  private let memory: UnsafeMutableRawPointer
  private let target: AccumulatorTarget
  /// The next pair of source rows.
  private var pair = 0
  /// The output rows that are being collected; empty after the last.
  private var block: Range<Int>
  private let end: Int
  private var limit: TimeLimit
  /// Whether the deadline passed before all rows were computed.
  private(set) var wasLate = false

  /// - Parameters:
  ///   - rows: the output rows to compute.
  ///   - deadline: on CLOCK_MONOTONIC in nanoseconds, 0 for never. After the deadline no more rows are computed.
  ///   - memory: `layout.byteCount` bytes.
  @unsafe init(
    vertical: Weights, horizontal: Weights, channels: Int, rows: Range<Int>, layout: AccumulatorLayout,
    memory: UnsafeMutableRawPointer, target: AccumulatorTarget, deadline: UInt64 = 0
  ) {
    self.vertical = vertical
    self.horizontal = horizontal
    self.channels = channels
    self.layout = layout
    unsafe self.memory = unsafe memory
    self.target = target
    limit = TimeLimit(deadline: deadline)
    rowSamples = horizontal.axis.extent * channels
    block = rows.lowerBound..<min(rows.lowerBound + RowAccumulator.blockRows, rows.upperBound)
    end = rows.upperBound
    // Padding of pairs and lines must be finite.
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: layout.sumsOffset)
  }

  /// Output rows that pass the horizontal half together.
  static let blockRows = 8

  /// Adds the next `count` source rows. The count must be even, except for the last rows.
  /// - Parameter take: receives the output rows of a block when they are stored.
  mutating func add<Passes: ResizePasses>(
    _ passes: Passes.Type, _ rows: UnsafeRawPointer, stride: Int, count: Int, take: (Range<Int>) -> Void = { _ in }
  ) {
    let down = unsafe Passes.coefficients(of: vertical)
    let across = unsafe Passes.coefficients(of: horizontal)
    let start = pair
    let stop = start + (count + 1) / 2
    while pair < stop, !block.isEmpty, !isLate() {
      pair = min(max(pair, first(block.lowerBound)), stop)
      let whole = last(block.upperBound - 1)
      let pairs = pair..<min(stop, whole, pair + layout.stepPairs)
      unsafe sumRows(passes, pairs, rows, first: start, count: count, stride: stride, weights: down)
      pair = pairs.upperBound
      // Near the end, the same rows may complete several blocks.
      while !block.isEmpty, last(block.upperBound - 1) <= pair, !isLate() {
        unsafe sumColumns(passes, weights: across)
        take(block)
        block = block.upperBound..<min(block.upperBound + RowAccumulator.blockRows, end)
        unsafe collect(passes, weights: down)
      }
    }
    pair = stop
  }

  /// Whether the deadline has passed. If so, no rows remain. Checked before each step of a few rows.
  @inline(__always)
  private mutating func isLate() -> Bool {
    guard limit.isOver(before: rowSamples * RowAccumulator.blockRows) else { return false }
    block = end..<end
    wasLate = true
    return true
  }

  /// The first pair of source rows of an output row, and the end of its pairs.
  @inline(__always)
  private func first(_ row: Int) -> Int { Int(vertical.first[row]) / 2 }

  @inline(__always)
  private func last(_ row: Int) -> Int { (Int(vertical.first[row]) + vertical.tapCount) / 2 }

  @unsafe private func line(_ row: Int) -> UnsafeMutableRawPointer {
    unsafe memory + layout.linesOffset + (row - block.lowerBound) * layout.lineStride
  }

  @unsafe private func sums(_ row: Int) -> UnsafeMutableRawPointer {
    unsafe memory + layout.sumsOffset + row % layout.slots * layout.slotStride
  }

  /// Adds some pairs to the sums of all output rows that they affect. Rows of the block that become complete are stored as lines.
  @inline(__always)
  @unsafe private func sumRows<Passes: ResizePasses>(
    _ passes: Passes.Type, _ pairs: Range<Int>, _ rows: UnsafeRawPointer, first start: Int, count: Int, stride: Int,
    weights: UnsafePointer<Passes.Weight>
  ) {
    // Rows end in order, so all rows from the first open one on are open.
    var begun = block.lowerBound
    while begun < block.upperBound, last(begun) <= pairs.lowerBound { begun += 1 }
    var stop = begun
    while stop < end, first(stop) < pairs.upperBound { stop += 1 }
    if begun == stop { return }
    let sampleBytes = Passes.pairBytes / 4
    let pairStride = AccumulatorLayout.strip * Passes.pairBytes
    for column in Swift.stride(from: 0, to: rowSamples, by: AccumulatorLayout.strip) {
      let samples = min(AccumulatorLayout.strip, rowSamples - column)
      for pair in pairs {
        let row = 2 * (pair - start)
        // With an odd number of rows, the last one is paired with itself. The copy has weight 0.
        let top = unsafe rows + row * stride + column * sampleBytes
        let bottom = unsafe row + 1 < count ? top + stride : top
        unsafe Passes.pairRows(top, bottom, count: samples, into: memory + (pair - pairs.lowerBound) * pairStride)
      }
      for row in begun..<stop {
        let part = max(first(row), pairs.lowerBound)..<min(last(row), pairs.upperBound)
        let isWhole = part.upperBound == last(row) && row < block.upperBound
        let sums = unsafe sums(row) + 4 * column
        unsafe Passes.sumRows(
          memory + (part.lowerBound - pairs.lowerBound) * pairStride, stride: pairStride,
          weights: weights + row * vertical.tapCount + 2 * (part.lowerBound - first(row)), pairCount: part.count,
          count: samples, precision: vertical.precision,
          sums: part.lowerBound == first(row) ? nil : UnsafeRawPointer(sums),
          isWhole: isWhole, into: isWhole ? line(row) + column * Passes.rowSampleBytes : sums)
      }
    }
  }

  /// Stores rows of the block that were complete before its turn as lines.
  @unsafe private func collect<Passes: ResizePasses>(_ passes: Passes.Type, weights: UnsafePointer<Passes.Weight>) {
    for row in block where last(row) <= pair {
      unsafe Passes.sumRows(
        memory, stride: 0, weights: weights, pairCount: 0, count: rowSamples, precision: vertical.precision,
        sums: UnsafeRawPointer(sums(row)), isWhole: true, into: line(row))
    }
  }

  /// The horizontal half for the lines of the block: sums over columns for some output pixels at a time, then stores them.
  @inline(__always)
  @unsafe private func sumColumns<Passes: ResizePasses>(_ passes: Passes.Type, weights: UnsafePointer<Passes.Weight>) {
    // A last pixel without a neighbor is paired with what follows it in the lines, which is finite and has weight 0.
    let missing = horizontal.axis.extent % 2 == 1 ? channels : 0
    let columns = unsafe memory + layout.columnsOffset
    unsafe Passes.transpose(
      memory + layout.linesOffset, stride: layout.lineStride, channels: channels, count: rowSamples + missing,
      into: columns)
    let sums = unsafe memory + layout.chunkOffset
    let first = unsafe UnsafePointer(horizontal.first.elements)
    for x in Swift.stride(from: 0, to: horizontal.axis.count, by: AccumulatorLayout.chunk) {
      let count = min(AccumulatorLayout.chunk, horizontal.axis.count - x)
      unsafe Passes.sumColumns(
        columns, channels: channels, first: first + x, weights: weights + x * horizontal.tapCount,
        pairCount: horizontal.tapCount / 2, count: count, into: sums)
      let to = unsafe target.start(of: block) + x * channels * target.depth.byteCount
      switch target.depth {
      case .eight:
        unsafe Passes.store8(
          sums, count: count * channels, precision: horizontal.precision, rows: block.count, into: to,
          stride: target.stride)
      case .sixteen:
        unsafe Passes.store16(
          sums, count: count * channels, precision: horizontal.precision, rows: block.count, into: to,
          stride: target.stride)
      }
    }
  }
}
