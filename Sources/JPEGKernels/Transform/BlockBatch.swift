/// Blocks of coefficients between entropy decoding and transform. In a sequential scan these are some MCUs, few enough to stay in
/// the L1 cache. In progressive scans they are one component's row of MCUs.
///
/// Blocks are interleaved in groups of eight: first one coefficient of each block, then the next coefficient of each. So a
/// transform processes eight blocks at once without a shuffle.
struct BlockBatch: BitwiseCopyable {
  /// DC, not yet dequantized.
  let dc: UncheckedBuffer<Int16>
  /// A mask per block of the AC coefficients that are not zero, in zigzag order. In sequential scans only the last of them is in
  /// the mask. Empty, like `ac`, if AC is not needed.
  let nonzeros: UncheckedBuffer<UInt64>
  /// In groups, in the order of `CoefficientLayout`. All zeros before a block is decoded, except for DC, which is overwritten,
  /// and for the last element, which takes the unused coefficients.
  private let ac: UncheckedBuffer<Int16>
  private let groupSize: Int

  static func scratchByteCount(_ count: Int) -> Int {
    let count = wholeGroups(count)
    return ScratchArena.byteCount(count, Int16.self) + ScratchArena.byteCount(count, UInt64.self)
      + ScratchArena.byteCount(65 * count, Int16.self)
  }

  /// Rounds up to whole groups of eight blocks.
  static func wholeGroups(_ count: Int) -> Int { (count + 7) & ~7 }

  /// - Parameter layout: nil if AC is not needed.
  init(_ count: Int, _ layout: CoefficientLayout?, scratch: inout ScratchArena) {
    let count = BlockBatch.wholeGroups(count)
    groupSize = layout.map { 8 * ($0.count + 1) } ?? 0
    dc = scratch.take(count, Int16.self)
    dc.fill(0)
    nonzeros = scratch.take(layout == nil ? 0 : count, UInt64.self)
    nonzeros.fill(0)
    ac = scratch.take(groupSize * count / 8, Int16.self)
    ac.fill(0)
  }

  /// The coefficients from the first one of a block.
  @inline(__always) func block(_ index: Int) -> UncheckedBuffer<Int16> {
    ac + (index &>> 3 &* groupSize &+ index & 7)
  }

  /// Whether any of the eight blocks of a group has an AC coefficient that is not zero.
  @inline(__always) func haveAC(_ group: Int) -> Bool { mask(group) != 0 }

  /// The masks of the eight blocks of a group together.
  @inline(__always) func mask(_ group: Int) -> UInt64 {
    let some =
      nonzeros.load(8 &* group, as: SIMD4<UInt64>.self) | nonzeros.load(8 &* group &+ 4, as: SIMD4<UInt64>.self)
    let halves = some.lowHalf | some.highHalf
    return halves[0] | halves[1]
  }

  /// Prepares all blocks for new coefficients.
  func clear() {
    for group in 0..<nonzeros.count / 8 { clearAC(group) }
  }

  /// Prepares a group, if it has AC coefficients.
  @inline(__always) func clearAC(_ group: Int) {
    if nonzeros.count > 0 && haveAC(group) { clear(group) }
  }

  /// Prepares a group, whether it has AC coefficients or not.
  @inline(__always) func clear(_ group: Int) {
    nonzeros.store(SIMD8<UInt64>(), at: 8 &* group)
    let start = group &* groupSize
    var position = 0
    while position < groupSize {
      ac.store(SIMD8<Int16>(), at: start &+ position)
      position &+= 8
    }
  }
}

/// Up to eight blocks in one row of their component.
struct BlockGroup: BitwiseCopyable {
  let blocks: BlockBatch
  let index: Int
  /// Number of blocks.
  let count: Int
  /// Position of the first block in the component, in blocks.
  let row: Int
  let column: Int
  let columnStep: Int
}
