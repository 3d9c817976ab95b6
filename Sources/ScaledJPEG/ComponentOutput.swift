internal import Imaging

/// Where a component's samples go, one byte each.
@safe package struct ScaledPlane {
  // SAFETY: `stride * rowCount` bytes are there while a picture is decoded, and nobody else uses them.
  let base: UnsafeMutablePointer<UInt8>
  let stride: Int
  let rowCount: Int

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
  private let dcStep: Int

  /// - Parameters:
  ///   - quantisation: 64 steps in zigzag order.
  ///   - plane: nil where nobody needs the component.
  init(
    _ component: Frame.Component, scaledSize: Int, quantisation: [UInt16], plane: ScaledPlane?, scratch: inout Scratch
  ) throws(Declined) {
    blocksAcross = component.blocksAcross
    blocksDown = component.blocksDown
    steps = scratch.take(64, Int32.self)
    for (place, step) in quantisation.enumerated() { steps[Zigzag.order[place]] = Int32(step) }
    dcStep = Int(quantisation[0])
    guard let plane else {
      self.scaledSize = 0
      stride = 0
      samples = unsafe Memory(UnsafeMutableRawPointer(mutating: steps.address), count: 0)
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

  /// In bounds: blocks across and down fit the plane.
  @inline(__always) private func place(_ column: Int, _ row: Int) -> Memory<UInt8> {
    samples.from((row &* stride &+ column) &* scaledSize)
  }

  /// A block with no coefficient but DC, which is not yet dequantised.
  @inline(__always) func putFlat(_ dc: Int, column: Int, row: Int, _ trouble: inout InverseDCT.Trouble) {
    let sample = InverseDCT.flat(dc &* dcStep, &trouble)
    let place = place(column, row)
    switch scaledSize {
    case 1: place[0] = sample
    case 2:
      let samples = UInt16(sample) &* 0x0101
      place.store(samples, at: 0)
      place.store(samples, at: stride)
    case 4:
      let samples = UInt32(sample) &* 0x0101_0101
      for index in 0..<4 { place.store(samples, at: index &* stride) }
    default:
      let samples = UInt64(sample) &* 0x0101_0101_0101_0101
      for index in 0..<8 { place.store(samples, at: index &* stride) }
    }
  }

  /// Any block; its coefficients are cleared for the next.
  @inline(__always) func put(
    _ block: Memory<Int16>, dc: Int, column: Int, row: Int, _ trouble: inout InverseDCT.Trouble
  ) {
    trouble.value |= (dc &+ (1 &<< 15)) &>> 16
    block[0] = Int16(truncatingIfNeeded: dc)
    let transform = InverseDCT(block: block, steps: steps)
    let place = place(column, row)
    switch scaledSize {
    case 2: transform.twoByTwo(into: place, stride: stride, &trouble)
    case 4: transform.fourByFour(into: place, stride: stride, &trouble)
    default: transform.eightByEight(into: place, stride: stride, &trouble)
    }
    for index in 0..<4 { block.store(SIMD16<Int16>(), at: 16 &* index) }
  }
}

/// The order in which a block's coefficients are coded (ITU-T T.81, figure A.6), as places in rows of eight.
enum Zigzag {
  static let order: [Int] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
    55, 62, 63,
  ]

  /// The same for inner loops.
  static func table(_ scratch: inout Scratch) -> Memory<UInt8> {
    let table = scratch.take(64, UInt8.self)
    for (index, place) in order.enumerated() { table[index] = UInt8(place) }
    return table
  }
}
