internal import JPEGDecoding

/// Transforms a component's blocks to samples.
struct ComponentOutput: BitwiseCopyable {
  /// Samples per block in each direction, 0 if the component is not needed.
  let scaledSize: Int
  let blocksAcross: Int
  let blocksDown: Int
  /// Blocks of a row that are needed: `firstColumn..<endColumn`.
  private let firstColumn: Int
  private let endColumn: Int
  /// The layout of the coefficients that its samples depend on.
  let layout: CoefficientLayout
  /// Whether AC coefficients are decoded and stored. In a progressive file this is also done for a component that is not needed,
  /// to find damage there.
  private let takesAC: Bool
  private let samples: UncheckedBuffer<UInt8>
  private let stride: Int
  /// Quantization steps in the order of the layout.
  private let steps: UncheckedBuffer<Int32>
  private let between: UncheckedBuffer<Int32>
  /// The samples of eight blocks: the first row of all blocks, then the next.
  private let tile: UncheckedBuffer<UInt8>

  static let scratchByteCount =
    CoefficientLayout.scratchByteCount + ScratchArena.byteCount(64, Int32.self)
    + ScratchArena.byteCount(8 * 64, Int32.self)
    + ScratchArena.byteCount(8 * 64, UInt8.self)

  /// - Parameters:
  ///   - quantization: 64 steps in zigzag order.
  ///   - columns: the needed columns of MCUs.
  ///   - maxRows: the largest number of rows of MCUs in the plane at once.
  ///   - plane: nil if the component is not needed.
  init(
    _ component: Frame.Component, scaledSize: Int, isProgressive: Bool, quantization: [UInt16], columns: Range<Int>,
    maxRows: Int, plane: ScaledPlane?, scratch: inout ScratchArena
  ) throws(Unsupported) {
    blocksAcross = component.blocksAcross
    blocksDown = component.blocksDown
    // At least one block: each MCU begins with a block of the image.
    firstColumn = columns.lowerBound * component.across
    endColumn = min(columns.upperBound * component.across, component.blocksAcross)
    takesAC = scaledSize > 1 && (plane != nil || isProgressive)
    let scaledSize = plane == nil ? 0 : scaledSize
    self.scaledSize = scaledSize
    layout = CoefficientLayout(scaledSize: scaledSize, scratch: &scratch)
    steps = scratch.take(64, Int32.self)
    for (index, position) in CoefficientLayout.order(scaledSize: scaledSize).enumerated() {
      // In bounds: each coefficient has a step.
      steps[index] = Int32(quantization[Zigzag.order.firstIndex(of: position) ?? 0])
    }
    between = scratch.take(8 * 64, Int32.self)
    tile = scratch.take(8 * 64, UInt8.self)
    guard let plane else {
      stride = 0
      samples = tile
      return
    }
    stride = plane.stride
    guard blocksAcross * scaledSize <= stride, min(blocksDown, maxRows * component.down) * scaledSize <= plane.rowCount
    else { throw .planes }
    samples = unsafe UncheckedBuffer(plane.base, count: plane.stride * plane.rowCount)
  }

  var isNeeded: Bool { scaledSize > 0 }
  /// Whether AC coefficients matter. A block that becomes one sample needs only its mean, which is DC.
  var needsAC: Bool { scaledSize > 1 }

  /// Memory for `count` blocks of the component.
  func blocks(_ count: Int, scratch: inout ScratchArena) -> BlockBatch {
    BlockBatch(count, takesAC ? layout : nil, scratch: &scratch)
  }

  /// Transforms blocks, all in the image, and clears them.
  func put(_ group: BlockGroup, _ rangeCheck: inout InverseDCT.RangeCheck) {
    switch scaledSize {
    case 0: break
    case 1: putDC(group, &rangeCheck)
    case 2: put(group, size: 2, &rangeCheck)
    case 4: put(group, size: 4, &rangeCheck)
    default: put(group, size: 8, &rangeCheck)
    }
  }

  @inline(__always) private func flat(_ group: BlockGroup, _ rangeCheck: inout InverseDCT.RangeCheck) -> Lanes {
    InverseDCT.flat(group.blocks.dc.load(8 &* group.index, as: SIMD8<Int16>.self), step: steps[0], &rangeCheck)
  }

  /// Transforms and clears a row of blocks, which begins with a group. Blocks that are not needed are only cleared.
  func put(_ blocks: BlockBatch, from group: Int, row: Int, _ rangeCheck: inout InverseDCT.RangeCheck) {
    var own = InverseDCT.RangeCheck()
    var (index, column) = (group, 0)
    while column < blocksAcross {
      let group = BlockGroup(
        blocks: blocks, index: index, count: min(8, blocksAcross &- column), row: row, column: column, columnStep: 1)
      if column &+ 8 <= firstColumn || column >= endColumn {
        blocks.clearAC(index)
      } else if scaledSize == 1 {
        putDC(group, &own)
      } else {
        put(group, &own)
      }
      index &+= 1
      column &+= 8
    }
    rangeCheck.add(own)
  }

  @inline(__always) private func putDC(_ group: BlockGroup, _ rangeCheck: inout InverseDCT.RangeCheck) {
    let dc = flat(group, &rangeCheck)
    if group.count == 8 && group.columnStep == 1 {
      // In bounds: the blocks are in the image, which fits the plane.
      samples.store(bytes(dc), at: group.row &* stride &+ group.column)
      return
    }
    tile.store(dc, at: 0)
    copy(tile, to: group, y: 0, size: 1, step: 4, of: UInt8.self)
  }

  /// - Parameter size: the scaled size. It is a constant at each call, so that each size gets its own loops.
  @inline(__always) private func put(_ group: BlockGroup, size: Int, _ rangeCheck: inout InverseDCT.RangeCheck) {
    var own = InverseDCT.RangeCheck()
    let mask = group.blocks.mask(group.index)
    if mask != 0 {
      let coefficients = group.blocks.block(8 &* group.index)
      coefficients.store(group.blocks.dc.load(8 &* group.index, as: SIMD8<Int16>.self), at: 0)
      let transform = InverseDCT(group: coefficients, steps: steps, between: between)
      switch size {
      case 2:
        let rows = transform.twoByTwo(&own)
        tile.store(rows.0, at: 0)
        tile.store(rows.1, at: 32)
      case 4 where mask <= InverseDCT.lowFrequencies: transform.fourByFourOfLow(into: tile, &own)
      case 4: transform.fourByFour(into: tile, &own)
      case 8 where mask <= InverseDCT.lowFrequencies: transform.eightByEightOfLow(into: tile, &own)
      default: transform.eightByEight(into: tile, &own)
      }
      group.blocks.clear(group.index)
    } else {
      let lanes = flat(group, &own) &* 0x0101_0101
      for y in 0..<size {
        if size == 8 {
          tile.store(lower(lanes, lanes), at: 64 &* y)
          tile.store(upper(lanes, lanes), at: 64 &* y &+ 32)
        } else {
          tile.store(lanes, at: 32 &* y)
        }
      }
    }
    rangeCheck.add(own)
    for y in 0..<size {
      switch size {
      case 2: copy(tile + 32 &* y, to: group, y: y, size: 2, step: 4, of: UInt16.self)
      case 4: copy(tile + 32 &* y, to: group, y: y, size: 4, step: 4, of: UInt32.self)
      default: copy(tile + 64 &* y, to: group, y: y, size: 8, step: 8, of: UInt64.self)
      }
    }
  }

  /// Copies one row of samples of the blocks to the plane.
  /// - Parameters:
  ///   - size: the scaled size.
  ///   - step: bytes from the samples of a block to those of the next one.
  ///   - type: an integer of `size` bytes.
  @inline(__always) private func copy<Samples: FixedWidthInteger & BitwiseCopyable>(
    _ tile: UncheckedBuffer<UInt8>, to group: BlockGroup, y: Int, size: Int, step: Int, of type: Samples.Type
  ) {
    // In bounds: the blocks are in the image, which fits the plane.
    var position = (group.row &* size &+ y) &* stride &+ group.column &* size
    let placeStep = group.columnStep &* size
    if group.count == 8 {
      for number in 0..<8 {
        samples.store(tile.load(number &* step, as: Samples.self), at: position)
        position &+= placeStep
      }
      return
    }
    for number in 0..<group.count {
      samples.store(tile.load(number &* step, as: Samples.self), at: position)
      position &+= placeStep
    }
  }
}
