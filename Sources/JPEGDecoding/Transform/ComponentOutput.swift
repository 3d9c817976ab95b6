/// Where a component's samples go, one byte each.
@safe package struct ScaledPlane {
  // SAFETY: `stride * rowCount` bytes are there while a picture is decoded, and nobody else uses them.
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
  private let takesDetails: Bool
  private let samples: Memory<UInt8>
  private let stride: Int
  /// Quantisation steps in the layout's order.
  private let steps: Memory<Int32>
  private let between: Memory<Int32>
  /// The samples of eight blocks: a row of all blocks, then the next.
  private let tile: Memory<UInt8>

  static let scratchByteCount =
    CoefficientLayout.scratchByteCount + Scratch.byteCount(64, Int32.self) + Scratch.byteCount(8 * 64, Int32.self)
    + Scratch.byteCount(8 * 64, UInt8.self)

  /// `quantisation` has 64 steps in zigzag order; `columns` are of MCUs; `plane` is nil where nobody needs the component.
  init(
    _ component: Frame.Component, scaledSize: Int, isProgressive: Bool, quantisation: [UInt16], columns: Range<Int>,
    plane: ScaledPlane?, scratch: inout Scratch
  ) throws(Declined) {
    blocksAcross = component.blocksAcross
    blocksDown = component.blocksDown
    // A block at least: MCUs begin with one that is in the picture.
    firstColumn = columns.lowerBound * component.across
    endColumn = min(columns.upperBound * component.across, component.blocksAcross)
    takesDetails = scaledSize > 1 && (plane != nil || isProgressive)
    let scaledSize = plane == nil ? 0 : scaledSize
    self.scaledSize = scaledSize
    layout = CoefficientLayout(scaledSize: scaledSize, scratch: &scratch)
    steps = scratch.take(64, Int32.self)
    for (index, place) in CoefficientLayout.order(scaledSize: scaledSize).enumerated() {
      // In bounds: each place has its step.
      steps[index] = Int32(quantisation[Zigzag.order.firstIndex(of: place) ?? 0])
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
    samples = unsafe Memory(plane.base, count: plane.stride * plane.rowCount)
  }

  var isNeeded: Bool { scaledSize > 0 }
  /// Whether AC coefficients matter: a block of one sample is its mean.
  var needsDetails: Bool { scaledSize > 1 }

  /// Memory for blocks of the component.
  func blocks(_ count: Int, scratch: inout Scratch) -> Blocks {
    Blocks(count, takesDetails ? layout : nil, scratch: &scratch)
  }

  /// Transforms blocks, all in the picture, and clears them.
  func put(_ octet: Octet, _ trouble: inout InverseDCT.Trouble) {
    switch scaledSize {
    case 0: break
    case 1: putMeans(octet, &trouble)
    case 2: put(octet, size: 2, &trouble)
    case 4: put(octet, size: 4, &trouble)
    default: put(octet, size: 8, &trouble)
    }
  }

  @inline(__always) private func flat(_ octet: Octet, _ trouble: inout InverseDCT.Trouble) -> Lanes {
    InverseDCT.flat(octet.blocks.dc.load(8 &* octet.index, as: SIMD8<Int16>.self), step: steps[0], &trouble)
  }

  /// Transforms a row of blocks, which begins with an octet, and clears them: where they are not needed, only that.
  func put(_ blocks: Blocks, from octet: Int, row: Int, _ trouble: inout InverseDCT.Trouble) {
    var own = InverseDCT.Trouble()
    var (index, column) = (octet, 0)
    while column < blocksAcross {
      let octet = Octet(
        blocks: blocks, index: index, count: min(8, blocksAcross &- column), row: row, column: column, columnStep: 1)
      if column &+ 8 <= firstColumn || column >= endColumn {
        blocks.clearDetails(index)
      } else if scaledSize == 1 {
        putMeans(octet, &own)
      } else {
        put(octet, &own)
      }
      index &+= 1
      column &+= 8
    }
    trouble.add(own)
  }

  @inline(__always) private func putMeans(_ octet: Octet, _ trouble: inout InverseDCT.Trouble) {
    let means = flat(octet, &trouble)
    if octet.count == 8 && octet.columnStep == 1 {
      // In bounds: the blocks are in the picture, which fits the plane.
      samples.store(bytes(means), at: octet.row &* stride &+ octet.column)
      return
    }
    tile.store(means, at: 0)
    copy(tile, to: octet, y: 0, size: 1, step: 4, of: UInt8.self)
  }

  /// - Parameter size: the scaled size, as a constant: each has its loops.
  @inline(__always) private func put(_ octet: Octet, size: Int, _ trouble: inout InverseDCT.Trouble) {
    var own = InverseDCT.Trouble()
    if octet.blocks.haveDetails(octet.index) {
      let coefficients = octet.blocks.block(8 &* octet.index)
      coefficients.store(octet.blocks.dc.load(8 &* octet.index, as: SIMD8<Int16>.self), at: 0)
      let transform = InverseDCT(octet: coefficients, steps: steps, between: between)
      switch size {
      case 2:
        let rows = transform.twoByTwo(&own)
        tile.store(rows.0, at: 0)
        tile.store(rows.1, at: 32)
      case 4: transform.fourByFour(into: tile, &own)
      default: transform.eightByEight(into: tile, &own)
      }
      octet.blocks.clear(octet.index)
    } else {
      let lanes = flat(octet, &own) &* 0x0101_0101
      for y in 0..<size {
        if size == 8 {
          tile.store(lower(lanes, lanes), at: 64 &* y)
          tile.store(upper(lanes, lanes), at: 64 &* y &+ 32)
        } else {
          tile.store(lanes, at: 32 &* y)
        }
      }
    }
    trouble.add(own)
    for y in 0..<size {
      switch size {
      case 2: copy(tile.from(32 &* y), to: octet, y: y, size: 2, step: 4, of: UInt16.self)
      case 4: copy(tile.from(32 &* y), to: octet, y: y, size: 4, step: 4, of: UInt32.self)
      default: copy(tile.from(64 &* y), to: octet, y: y, size: 8, step: 8, of: UInt64.self)
      }
    }
  }

  /// A row of the blocks' samples.
  /// - Parameters:
  ///   - size: the scaled size.
  ///   - step: bytes from a block's samples to the next one's.
  ///   - Samples: as many bytes as the scaled size.
  @inline(__always) private func copy<Samples: FixedWidthInteger & BitwiseCopyable>(
    _ tile: Memory<UInt8>, to octet: Octet, y: Int, size: Int, step: Int, of type: Samples.Type
  ) {
    // In bounds: the blocks are in the picture, which fits the plane.
    var place = (octet.row &* size &+ y) &* stride &+ octet.column &* size
    let placeStep = octet.columnStep &* size
    if octet.count == 8 {
      for number in 0..<8 {
        samples.store(tile.load(number &* step, as: Samples.self), at: place)
        place &+= placeStep
      }
      return
    }
    for number in 0..<octet.count {
      samples.store(tile.load(number &* step, as: Samples.self), at: place)
      place &+= placeStep
    }
  }
}
