/// Blocks of coefficients between entropy decoding and transform: some MCUs of a sequential scan, few enough to stay in
/// the nearest cache, or a component's row of MCUs of progressive ones.
///
/// Eight blocks, an octet, lie side by side: first one coefficient of each, then the next of each, so that a transform
/// works on eight blocks at once without a shuffle.
struct Blocks: BitwiseCopyable {
  /// DC, not yet dequantised.
  let dc: Memory<Int16>
  /// For each block the AC coefficients that are not zero: a bit each, in zigzag order, or any bit if there are some.
  /// Empty, as `details` is, where AC is not needed.
  let nonzeros: Memory<UInt64>
  /// By octets, as `CoefficientLayout` says; zeros before a block is decoded, but for DC's place, which is overwritten,
  /// and the last, which takes what nobody looks at.
  private let details: Memory<Int16>
  private let octetSize: Int

  static func scratchByteCount(_ count: Int) -> Int {
    let count = wholeOctets(count)
    return Scratch.byteCount(count, Int16.self) + Scratch.byteCount(count, UInt64.self)
      + Scratch.byteCount(65 * count, Int16.self)
  }

  /// So many blocks or, to make octets, more.
  static func wholeOctets(_ count: Int) -> Int { (count + 7) & ~7 }

  /// - Parameter layout: nil where AC is not needed.
  init(_ count: Int, _ layout: CoefficientLayout?, scratch: inout Scratch) {
    let count = Blocks.wholeOctets(count)
    octetSize = layout.map { 8 * ($0.count + 1) } ?? 0
    dc = scratch.take(count, Int16.self)
    dc.fill(0)
    nonzeros = scratch.take(layout == nil ? 0 : count, UInt64.self)
    nonzeros.fill(0)
    details = scratch.take(octetSize * count / 8, Int16.self)
    details.fill(0)
  }

  /// Where a block's coefficients begin.
  @inline(__always) func block(_ index: Int) -> Memory<Int16> {
    details.from(index &>> 3 &* octetSize &+ index & 7)
  }

  /// Whether any of eight blocks has AC coefficients that are not zero.
  @inline(__always) func haveDetails(_ octet: Int) -> Bool {
    let some =
      nonzeros.load(8 &* octet, as: SIMD4<UInt64>.self) | nonzeros.load(8 &* octet &+ 4, as: SIMD4<UInt64>.self)
    let halves = some.lowHalf | some.highHalf
    return halves[0] | halves[1] != 0
  }

  /// Makes all blocks ready.
  func clear() {
    for octet in 0..<nonzeros.count / 8 { clearDetails(octet) }
  }

  /// The same for eight of them, whether they have details or not.
  @inline(__always) func clearDetails(_ octet: Int) {
    if nonzeros.count > 0 && haveDetails(octet) { clear(octet) }
  }

  /// Makes eight blocks ready for other coefficients.
  @inline(__always) func clear(_ octet: Int) {
    nonzeros.store(SIMD8<UInt64>(), at: 8 &* octet)
    let start = octet &* octetSize
    var place = 0
    while place < octetSize {
      details.store(SIMD8<Int16>(), at: start &+ place)
      place &+= 8
    }
  }
}

/// Up to eight of them that stand in a row of their component.
struct Octet: BitwiseCopyable {
  let blocks: Blocks
  let index: Int
  /// How many there are.
  let count: Int
  /// Where they stand in the component.
  let row: Int
  let column: Int
  let columnStep: Int
}
