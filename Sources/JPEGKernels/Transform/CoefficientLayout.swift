/// The order of a component's coefficients in memory: only those that its transform reads, in rows. Each one is adjacent to the
/// same coefficient of seven other blocks.
struct CoefficientLayout: BitwiseCopyable {
  /// Coefficients per block.
  let count: Int
  /// For each coefficient in zigzag order, its distance from the first one of the block. Coefficients that the transform does not
  /// read share one element after all others, and so do indices beyond 63.
  let offsets: UncheckedBuffer<UInt16>

  static let scratchByteCount = ScratchArena.byteCount(256, UInt16.self)

  init(scaledSize: Int, scratch: inout ScratchArena) {
    let order = CoefficientLayout.order(scaledSize: scaledSize)
    count = order.count
    offsets = scratch.take(256, UInt16.self)
    offsets.fill(UInt16(8 * count))
    for (index, position) in Zigzag.order.enumerated() {
      if let found = order.firstIndex(of: position) { offsets[index] = UInt16(8 * found) }
    }
  }

  /// The rows of coefficients that samples depend on at a scaled size. The columns are the same.
  static func lines(scaledSize: Int) -> [Int] {
    switch scaledSize {
    case 2: [0, 1, 3, 5, 7]
    case 4: [0, 1, 2, 3, 5, 6, 7]
    case 8: [0, 1, 2, 3, 4, 5, 6, 7]
    default: [0]
    }
  }

  /// The coefficients in this order, as indices into rows of eight.
  static func order(scaledSize: Int) -> [Int] {
    let lines = lines(scaledSize: scaledSize)
    return lines.flatMap { row in lines.map { 8 * row + $0 } }
  }

  /// The coefficients that samples depend on at a scaled size: one bit each, in zigzag order.
  static func needed(scaledSize: Int) -> UInt64 {
    let order = order(scaledSize: scaledSize)
    return Zigzag.order.enumerated().reduce(0) { order.contains($1.element) ? $0 | 1 << $1.offset : $0 }
  }
}
