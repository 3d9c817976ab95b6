internal import Imaging

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
  private let samples: Memory<UInt8>
  private let stride: Int
  /// Quantisation steps in rows.
  private let steps: Memory<Int32>
  private let dcStep: Int32
  /// The samples of a run's blocks, block by block: whole vectors are stored there at once, and rows of a few bytes
  /// picked from them.
  private let tiles: Memory<UInt8>

  static let scratchByteCount = Scratch.byteCount(64, Int32.self) + Scratch.byteCount(64 * BlockRun.most, UInt8.self)

  /// `quantisation` has 64 steps in zigzag order; `plane` is nil where nobody needs the component.
  init(
    _ component: Frame.Component, scaledSize: Int, quantisation: [UInt16], plane: ScaledPlane?, scratch: inout Scratch
  ) throws(Declined) {
    blocksAcross = component.blocksAcross
    blocksDown = component.blocksDown
    steps = scratch.take(64, Int32.self)
    for (place, step) in quantisation.enumerated() { steps[Zigzag.order[place]] = Int32(step) }
    dcStep = Int32(quantisation[0])
    tiles = scratch.take(64 * BlockRun.most, UInt8.self)
    guard let plane else {
      self.scaledSize = 0
      stride = 0
      samples = tiles
      return
    }
    self.scaledSize = scaledSize
    stride = plane.stride
    guard blocksAcross * scaledSize <= stride, blocksDown * scaledSize <= plane.rowCount else { throw .planes }
    samples = unsafe Memory(plane.base, count: plane.stride * plane.rowCount)
  }

  var isNeeded: Bool { scaledSize > 0 }
  /// Whether AC coefficients matter: a block of one sample is its mean.
  var needsDetails: Bool { scaledSize > 1 }

  /// Transforms a run of blocks, all in the picture, and clears them.
  func put(_ run: BlockRun, _ trouble: inout InverseDCT.Trouble) {
    if run.count == 0 { return }
    switch scaledSize {
    case 0: break
    case 1: putMeans(run, &trouble)
    case 2: put(run, size: 2, of: UInt16.self, &trouble)
    case 4: put(run, size: 4, of: UInt32.self, &trouble)
    default: put(run, size: 8, of: UInt64.self, &trouble)
    }
  }

  private func putMeans(_ run: BlockRun, _ trouble: inout InverseDCT.Trouble) {
    // Steps as constants make lanes of blocks that lie side by side.
    if run.step == 1 && run.columnStep == 1 {
      putMeans(run, step: 1, columnStep: 1, &trouble)
    } else {
      putMeans(run, step: run.step, columnStep: run.columnStep, &trouble)
    }
  }

  @inline(__always) private func putMeans(
    _ run: BlockRun, step: Int, columnStep: Int, _ trouble: inout InverseDCT.Trouble
  ) {
    var own = InverseDCT.Trouble()
    let (dc, row) = (run.blocks.dc.from(run.first), samples.from(run.row &* stride &+ run.column))
    for number in 0..<run.count {
      // In bounds: the run is in the picture, and its blocks fit the plane.
      row[number &* columnStep] = InverseDCT.flat(Int32(dc[number &* step]) &* dcStep, &own)
    }
    trouble.add(own)
  }

  /// - Parameters:
  ///   - size: the scaled size, as a constant: each has its loops.
  ///   - Row: as many bytes.
  @inline(__always) private func put<Row: FixedWidthInteger & BitwiseCopyable>(
    _ run: BlockRun, size: Int, of row: Row.Type, _ trouble: inout InverseDCT.Trouble
  ) {
    var own = InverseDCT.Trouble()
    var block = run.first
    for number in 0..<run.count {
      putTile(run.blocks, block, into: tiles.from(number &* size &* size), size: size, &own)
      block &+= run.step
    }
    trouble.add(own)
    for y in 0..<size {
      // In bounds: the run is in the picture, and its blocks fit the plane.
      var place = (run.row &* size &+ y) &* stride &+ run.column &* size
      for number in 0..<run.count {
        samples.store(tiles.load((number &* size &+ y) &* size, as: Row.self), at: place)
        place &+= run.columnStep &* size
      }
    }
  }

  @inline(__always) private func putTile(
    _ blocks: Blocks, _ block: Int, into tile: Memory<UInt8>, size: Int, _ trouble: inout InverseDCT.Trouble
  ) {
    if blocks.nonzeros[block] != 0 {
      let coefficients = blocks.block(block)
      coefficients[0] = blocks.dc[block]
      let transform = InverseDCT(block: coefficients, steps: steps)
      switch size {
      case 2: transform.twoByTwo(into: tile, &trouble)
      case 4: transform.fourByFour(into: tile, &trouble)
      default: transform.eightByEight(into: tile, &trouble)
      }
      blocks.clear(block)
    } else {
      let sample = InverseDCT.flat(Int32(blocks.dc[block]) &* dcStep, &trouble)
      switch size {
      case 2: tile.store(UInt32(sample) &* 0x0101_0101, at: 0)
      case 4: tile.store(SIMD16<UInt8>(repeating: sample), at: 0)
      default: tile.store(SIMD64<UInt8>(repeating: sample), at: 0)
      }
    }
  }
}
