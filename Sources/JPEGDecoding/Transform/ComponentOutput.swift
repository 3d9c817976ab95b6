/// Where a component's samples go, one byte each.
@safe package struct ScaledPlane {
  // SAFETY: `stride * rowCount` bytes are there while an image is decoded, and nobody else uses them.
  package let base: UnsafeMutablePointer<UInt8>
  package let stride: Int
  package let rowCount: Int

  @unsafe package init(base: UnsafeMutablePointer<UInt8>, stride: Int, rowCount: Int) {
    unsafe self.base = base
    self.stride = stride
    self.rowCount = rowCount
  }
}

/// A component's blocks on their way to samples.
struct ComponentOutput: BitwiseCopyable {
  /// Samples of a block, each way; 0 where nobody needs the component.
  let scaledSize: Int
  let blocksAcross: Int
  let blocksDown: Int
  /// Blocks of a row that are needed: from the first to before the end.
  private let firstColumn: Int
  private let endColumn: Int
  /// Of the coefficients that its samples depend on.
  let layout: CoefficientLayout
  /// Whether scans tell of AC coefficients and are read: of a component that nobody needs to find damage there.
  private let takesAC: Bool
  private let samples: UncheckedBuffer<UInt8>
  private let stride: Int
  /// Quantisation steps in the layout's order.
  private let steps: UncheckedBuffer<Int32>
  private let between: UncheckedBuffer<Int32>
  /// The samples of eight blocks: a row of all blocks, then the next.
  private let tile: UncheckedBuffer<UInt8>

  static let scratchByteCount =
    CoefficientLayout.scratchByteCount + ScratchArena.byteCount(64, Int32.self)
    + ScratchArena.byteCount(8 * 64, Int32.self)
    + ScratchArena.byteCount(8 * 64, UInt8.self)

  /// `quantisation` has 64 steps in zigzag order; `columns` are of MCUs; `plane` is nil where nobody needs the component.
  init(
    _ component: Frame.Component, scaledSize: Int, isProgressive: Bool, quantisation: [UInt16], columns: Range<Int>,
    plane: ScaledPlane?, scratch: inout ScratchArena
  ) throws(Unsupported) {
    blocksAcross = component.blocksAcross
    blocksDown = component.blocksDown
    // A block at least: MCUs begin with one that is in the image.
    firstColumn = columns.lowerBound * component.across
    endColumn = min(columns.upperBound * component.across, component.blocksAcross)
    takesAC = scaledSize > 1 && (plane != nil || isProgressive)
    let scaledSize = plane == nil ? 0 : scaledSize
    self.scaledSize = scaledSize
    layout = CoefficientLayout(scaledSize: scaledSize, scratch: &scratch)
    steps = scratch.take(64, Int32.self)
    for (index, position) in CoefficientLayout.order(scaledSize: scaledSize).enumerated() {
      // In bounds: each place has its step.
      steps[index] = Int32(quantisation[Zigzag.order.firstIndex(of: position) ?? 0])
    }
    between = scratch.take(8 * 64, Int32.self)
    tile = scratch.take(8 * 64, UInt8.self)
    guard let plane else {
      stride = 0
      samples = tile
      return
    }
    stride = plane.stride
    guard blocksAcross * scaledSize <= stride, blocksDown * scaledSize <= plane.rowCount else { throw .planes }
    samples = unsafe UncheckedBuffer(plane.base, count: plane.stride * plane.rowCount)
  }

  var isNeeded: Bool { scaledSize > 0 }
  /// Whether AC coefficients matter: a block of one sample is its mean.
  var needsAC: Bool { scaledSize > 1 }

  /// Memory for blocks of the component.
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

  /// Transforms a row of blocks, which begins with an octet, and clears them: where they are not needed, only that.
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

  /// - Parameter size: the scaled size, as a constant: each has its loops.
  @inline(__always) private func put(_ group: BlockGroup, size: Int, _ rangeCheck: inout InverseDCT.RangeCheck) {
    var own = InverseDCT.RangeCheck()
    if group.blocks.haveAC(group.index) {
      let coefficients = group.blocks.block(8 &* group.index)
      coefficients.store(group.blocks.dc.load(8 &* group.index, as: SIMD8<Int16>.self), at: 0)
      let transform = InverseDCT(group: coefficients, steps: steps, between: between)
      switch size {
      case 2:
        let rows = transform.twoByTwo(&own)
        tile.store(rows.0, at: 0)
        tile.store(rows.1, at: 32)
      case 4: transform.fourByFour(into: tile, &own)
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
      case 2: copy(tile.from(32 &* y), to: group, y: y, size: 2, step: 4, of: UInt16.self)
      case 4: copy(tile.from(32 &* y), to: group, y: y, size: 4, step: 4, of: UInt32.self)
      default: copy(tile.from(64 &* y), to: group, y: y, size: 8, step: 8, of: UInt64.self)
      }
    }
  }

  /// A row of the blocks' samples.
  /// - Parameters:
  ///   - size: the scaled size.
  ///   - step: bytes from a block's samples to the next one's.
  ///   - Samples: as many bytes as the scaled size.
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
