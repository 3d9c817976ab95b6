internal import JPEGDecoding

/// The coefficients of a component in one row of MCUs.
struct CoefficientRow: BitwiseCopyable {
  /// Blocks from one row of blocks to the next, a multiple of eight.
  let stride: Int
  /// Rows of blocks.
  let blocksDown: Int
  let blocks: BlockBatch

  static func scratchByteCount(_ component: Frame.Component) -> Int {
    BlockBatch.scratchByteCount(BlockBatch.wholeGroups(component.codedBlocksAcross) * component.down)
  }

  init(_ component: Frame.Component, _ output: ComponentOutput, scratch: inout ScratchArena) {
    stride = BlockBatch.wholeGroups(component.codedBlocksAcross)
    blocksDown = component.down
    blocks = output.blocks(stride * blocksDown, scratch: &scratch)
  }
}

/// One for each component.
extension [CoefficientRow] {
  static func scratchByteCount(_ frame: Frame) -> Int {
    frame.components.reduce(0) { $0 + CoefficientRow.scratchByteCount($1) }
  }

  init(_ frame: Frame, _ outputs: [ComponentOutput], scratch: inout ScratchArena) {
    self = zip(frame.components, outputs).map {
      CoefficientRow($0, $1, scratch: &scratch)
    }
  }

  /// Transforms the coefficients to samples, and clears them.
  func put(_ outputs: [ComponentOutput], _ mcuRow: MCURow) throws(Unsupported) {
    var rangeCheck = InverseDCT.RangeCheck()
    if mcuRow.isNeeded {
      for (row, output) in zip(self, outputs) where output.isNeeded { row.put(output, mcuRow, &rangeCheck) }
    }
    guard rangeCheck.isNone else { throw .range }
    // Blocks that were transformed are already clear. Padding blocks are not.
    for row in self { row.blocks.clear() }
  }
}

extension CoefficientRow {
  fileprivate func put(_ output: ComponentOutput, _ mcuRow: MCURow, _ rangeCheck: inout InverseDCT.RangeCheck) {
    for y in 0..<Swift.min(blocksDown, output.blocksDown - mcuRow.index * blocksDown) {
      output.put(blocks, from: y * stride / 8, row: mcuRow.place * blocksDown + y, &rangeCheck)
    }
  }
}
