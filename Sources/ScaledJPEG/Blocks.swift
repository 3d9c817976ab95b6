internal import Imaging

/// Blocks of coefficients between entropy decoding and transform: some MCUs of a sequential scan, few enough to stay in
/// the nearest cache, or a component's row of MCUs of progressive ones.
struct Blocks: BitwiseCopyable {
  /// DC, not yet dequantised.
  let dc: Memory<Int16>
  /// For each block the AC coefficients that are not zero: a bit each, in zigzag order, or any bit if there are some.
  /// Empty, as `details` is, where AC is not needed.
  let nonzeros: Memory<UInt64>
  /// 64 coefficients of each block, in rows; zeros before a block is decoded, but for the first, which is overwritten:
  /// that is where the 65th of the block before lies, which takes what is not in a block.
  private let details: Memory<Int16>

  static func scratchByteCount(_ count: Int) -> Int {
    Scratch.byteCount(count, Int16.self) + Scratch.byteCount(count, UInt64.self)
      + Scratch.byteCount(64 * count + 1, Int16.self)
  }

  init(_ count: Int, hasDetails: Bool, scratch: inout Scratch) {
    dc = scratch.take(count, Int16.self)
    nonzeros = scratch.take(hasDetails ? count : 0, UInt64.self)
    nonzeros.fill(0)
    details = scratch.take(hasDetails ? 64 * count + 1 : 0, Int16.self)
    details.fill(0)
  }

  @inline(__always) func block(_ index: Int) -> Memory<Int16> { details.from(64 &* index) }

  /// Makes all blocks ready.
  func clear() {
    for index in 0..<nonzeros.count where nonzeros[index] != 0 { clear(index) }
  }

  /// Makes a block ready for other coefficients.
  @inline(__always) func clear(_ index: Int) {
    nonzeros[index] = 0
    for quarter in 0..<4 { details.store(SIMD16<Int16>(), at: 64 &* index &+ 16 &* quarter) }
  }
}

/// Some of them that stand in a row of their component.
struct BlockRun: BitwiseCopyable {
  static let most = 40

  let blocks: Blocks
  /// The first one's index, and how far the next one's is.
  let first: Int
  let step: Int
  /// At most `most`.
  let count: Int
  /// Where they stand in the component.
  let row: Int
  let column: Int
  let columnStep: Int
}
