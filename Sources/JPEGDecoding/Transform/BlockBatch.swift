/// Blocks of coefficients between entropy decoding and transform: some MCUs of a sequential scan, few enough to stay in
/// the nearest cache, or a component's row of MCUs of progressive ones.
///
/// Eight blocks, an octet, lie side by side: first one coefficient of each, then the next of each, so that a transform
/// works on eight blocks at once without a shuffle.
struct BlockBatch: BitwiseCopyable {
  /// DC, not yet dequantised.
  let dc: UncheckedBuffer<Int16>
  /// For each block the AC coefficients that are not zero: a bit each, in zigzag order, or any bit if there are some.
  /// Empty, as `details` is, where AC is not needed.
  let nonzeros: UncheckedBuffer<UInt64>
  /// By octets, as `CoefficientLayout` says; zeros before a block is decoded, but for DC's place, which is overwritten,
  /// and the last, which takes what nobody looks at.
  private let ac: UncheckedBuffer<Int16>
  private let groupSize: Int

  static func scratchByteCount(_ count: Int) -> Int {
    let count = wholeGroups(count)
    return ScratchArena.byteCount(count, Int16.self) + ScratchArena.byteCount(count, UInt64.self)
      + ScratchArena.byteCount(65 * count, Int16.self)
  }

  /// So many blocks or, to make octets, more.
  static func wholeGroups(_ count: Int) -> Int { (count + 7) & ~7 }

  /// - Parameter layout: nil where AC is not needed.
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

  /// Where a block's coefficients begin.
  @inline(__always) func block(_ index: Int) -> UncheckedBuffer<Int16> {
    ac.from(index &>> 3 &* groupSize &+ index & 7)
  }

  /// Whether any of eight blocks has AC coefficients that are not zero.
  @inline(__always) func haveAC(_ group: Int) -> Bool {
    let some =
      nonzeros.load(8 &* group, as: SIMD4<UInt64>.self) | nonzeros.load(8 &* group &+ 4, as: SIMD4<UInt64>.self)
    let halves = some.lowHalf | some.highHalf
    return halves[0] | halves[1] != 0
  }

  /// Makes all blocks ready.
  func clear() {
    for group in 0..<nonzeros.count / 8 { clearAC(group) }
  }

  /// The same for eight of them, whether they have details or not.
  @inline(__always) func clearAC(_ group: Int) {
    if nonzeros.count > 0 && haveAC(group) { clear(group) }
  }

  /// Makes eight blocks ready for other coefficients.
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

/// Up to eight of them that stand in a row of their component.
struct BlockGroup: BitwiseCopyable {
  let blocks: BlockBatch
  let index: Int
  /// How many there are.
  let count: Int
  /// Where they stand in the component.
  let row: Int
  let column: Int
  let columnStep: Int
}
