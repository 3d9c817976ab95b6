internal import JPEGEncoding

/// Transforms the blocks of a component in a row of MCUs.
struct ComponentTransform {
  private let component: EncodingFrame.Component
  private let quantizer: Quantizer
  private let workspace: Workspace
  private let blocks: QuantizedBlocks
  /// The first of its groups of blocks.
  private let firstGroup: Int

  /// Memory for the transform of one group.
  struct Workspace {
    /// Eight rows. Each has eight samples of block 0, of block 8, of block 1, of block 9 and so on.
    fileprivate let samples: UncheckedBytes
    /// Coefficients in rows, sixteen of each.
    fileprivate let coefficients: UncheckedBuffer<Int16>
    /// The positions of coefficients in zigzag order.
    fileprivate let zigzag: UncheckedBuffer<UInt8>

    static let scratchByteCount =
      ScratchArena.byteCount(16 * 64, UInt8.self) + ScratchArena.byteCount(16 * 64, Int16.self)
      + ScratchArena.byteCount(64, UInt8.self)

    init(scratch: inout ScratchArena) {
      samples = scratch.take(16 * 64, UInt8.self)
      // The last group may have fewer than sixteen blocks.
      samples.fill(0)
      coefficients = scratch.take(16 * 64, Int16.self)
      zigzag = scratch.take(64, UInt8.self)
      for (index, position) in Zigzag.order.enumerated() { zigzag[index] = UInt8(position) }
    }
  }

  init(
    _ component: EncodingFrame.Component, _ quantizer: Quantizer, _ workspace: Workspace, to blocks: QuantizedBlocks,
    from firstGroup: Int
  ) {
    self.component = component
    self.quantizer = quantizer
    self.workspace = workspace
    self.blocks = blocks
    self.firstGroup = firstGroup
  }

  /// Transforms all blocks that hold samples, row by row.
  func transform(_ samples: SampleRows) {
    // SAFETY: each row has the component's width.
    var rows = unsafe UncheckedBytes(
      reading: samples.base, count: (samples.rowCount - 1) * samples.stride + component.width)
    let blocksAcross = component.blocksAcross
    var index = 0
    for row in 0..<(samples.rowCount + 7) / 8 {
      if row > 0 { rows += 8 &* samples.stride }
      let rowCount = min(8, samples.rowCount &- 8 &* row)
      for column in 0..<blocksAcross {
        let columnCount = min(8, component.width &- 8 &* column)
        let source = rows + 8 &* column
        if rowCount == 8 && columnCount == 8 {
          copy(source, stride: samples.stride, lane: index & 15)
        } else {
          copyEdge(source, stride: samples.stride, lane: index & 15, rowCount: rowCount, columnCount: columnCount)
        }
        index &+= 1
        if index & 15 == 0 { transform(group: index &>> 4 &- 1) }
      }
    }
    if index & 15 != 0 { transform(group: index &>> 4) }
  }

  /// Where the samples of a block are.
  @inline(__always) private func place(_ lane: Int) -> UncheckedBytes {
    workspace.samples + ((lane & 7) &* 16 &+ lane &>> 3 &* 8)
  }

  @inline(__always) private func copy(_ source: UncheckedBytes, stride: Int, lane: Int) {
    let place = place(lane)
    place.store(source.load(0, as: UInt64.self), at: 0)
    place.store(source.load(stride, as: UInt64.self), at: 128)
    place.store(source.load(2 &* stride, as: UInt64.self), at: 256)
    place.store(source.load(3 &* stride, as: UInt64.self), at: 384)
    place.store(source.load(4 &* stride, as: UInt64.self), at: 512)
    place.store(source.load(5 &* stride, as: UInt64.self), at: 640)
    place.store(source.load(6 &* stride, as: UInt64.self), at: 768)
    place.store(source.load(7 &* stride, as: UInt64.self), at: 896)
  }

  /// Copies a block that is not complete, and repeats its last row and column.
  private func copyEdge(_ source: UncheckedBytes, stride: Int, lane: Int, rowCount: Int, columnCount: Int) {
    let place = place(lane)
    for y in 0..<8 {
      let row = source + min(y, rowCount &- 1) &* stride
      for x in 0..<8 { place[128 &* y &+ x] = row[min(x, columnCount &- 1)] }
    }
  }

  private func transform(group: Int) {
    let between = workspace.coefficients
    for y in 0..<8 {
      let row = workspace.samples + 128 &* y
      @inline(__always)
      func bytes(_ index: Int) -> SixteenBytes { row.load(16 &* index, as: SixteenBytes.self) }
      let c = ByteColumns.columns(
        of: (bytes(0), bytes(1), bytes(2), bytes(3), bytes(4), bytes(5), bytes(6), bytes(7)))
      let w = ForwardDCT.pass(
        (
          centered(c.0), centered(c.1), centered(c.2), centered(c.3), centered(c.4), centered(c.5), centered(c.6),
          centered(c.7)
        ), isFirst: true)
      (between + 128 &* y).storeEight(w, step: 16)
    }
    for x in 0..<8 {
      let column = between + 16 &* x
      @inline(__always)
      func row(_ index: Int) -> SixteenBlocks { column.load(128 &* index, as: SixteenBlocks.self) }
      let w = ForwardDCT.pass((row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)), isFirst: false)
      column.storeEight(w, step: 128)
    }
    blocks.put(between, quantizer, zigzag: workspace.zigzag, at: firstGroup &+ group)
  }

  /// Samples relative to the center of their range.
  @inline(__always) private func centered(_ bytes: SixteenBytes) -> SixteenBlocks {
    var wide = SIMD32<UInt8>()
    wide.evenHalf = bytes
    return bitCast(wide, to: SixteenBlocks.self) &- 128
  }
}
