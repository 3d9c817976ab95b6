/// Where a component's coefficients lie: those that its transform looks at, in rows, each beside those of seven other
/// blocks.
struct CoefficientLayout: BitwiseCopyable {
  /// How many coefficients of a block there are.
  let count: Int
  /// For each coefficient in zigzag order how far it is from the block's first. Those that nobody looks at, and places
  /// beyond the block's 64, share one place behind all others.
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

  /// The rows that samples depend on at a scaled size, and the columns, too.
  static func lines(scaledSize: Int) -> [Int] {
    switch scaledSize {
    case 2: [0, 1, 3, 5, 7]
    case 4: [0, 1, 2, 3, 5, 6, 7]
    case 8: [0, 1, 2, 3, 4, 5, 6, 7]
    default: [0]
    }
  }

  /// The coefficients in their order here, as places in rows of eight.
  static func order(scaledSize: Int) -> [Int] {
    let lines = lines(scaledSize: scaledSize)
    return lines.flatMap { row in lines.map { 8 * row + $0 } }
  }

  /// The coefficients that samples depend on at a scaled size: a bit each, in zigzag order.
  static func needed(scaledSize: Int) -> UInt64 {
    let order = order(scaledSize: scaledSize)
    return Zigzag.order.enumerated().reduce(0) { order.contains($1.element) ? $0 | 1 << $1.offset : $0 }
  }
}
