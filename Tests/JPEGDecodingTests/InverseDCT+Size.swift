@testable import JPEGKernels

extension InverseDCT {
  /// Stores the samples of the eight blocks side by side, by the transform for a size. `Tests/ARM64` compiles this file too.
  /// - Parameter isLow: whether to use the transform for low frequencies.
  func store(size: Int, isLow: Bool, into tile: UncheckedBuffer<UInt8>, _ rangeCheck: inout RangeCheck) {
    switch size {
    case 2:
      let rows = twoByTwo(&rangeCheck)
      tile.store(rows.0, at: 0)
      tile.store(rows.1, at: 32)
    case 4 where isLow: fourByFourOfLow(into: tile, &rangeCheck)
    case 8 where isLow: eightByEightOfLow(into: tile, &rangeCheck)
    case 4: fourByFour(into: tile, &rangeCheck)
    default: eightByEight(into: tile, &rangeCheck)
    }
  }
}
