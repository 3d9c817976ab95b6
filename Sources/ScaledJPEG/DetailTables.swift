internal import Imaging

/// What two symbols in a row mean: two of AC, or DC and what follows.
///
/// Bits 0...7: how many bits both take; 8...15: by how many coefficients both go on; 16...23: by how many the first alone
/// does; 24...31: how many bits that takes. Bits 32...47 and 48...63: their values. One symbol alone stands there twice. Zero where the table
/// cannot tell.
struct PairTable: BitwiseCopyable {
  /// Tables of 11 bits took the same time; these are 8 KB.
  static let indexBits = 10

  private let pairs: Memory<UInt64>

  static let byteCount = Scratch.byteCount(1 << indexBits, UInt64.self)

  /// - Parameters:
  ///   - table: of the first symbol.
  ///   - next: of the second.
  init(_ table: HuffmanTable, next: HuffmanTable, scratch: inout Scratch) {
    pairs = scratch.take(1 << PairTable.indexBits, UInt64.self)
    for index in 0..<1 << PairTable.indexBits {
      pairs[index] = PairTable.pair(UInt64(index) << UInt64(64 - PairTable.indexBits), table, next)
    }
  }

  private static func pair(_ bits: UInt64, _ table: HuffmanTable, _ next: HuffmanTable) -> UInt64 {
    let first = table.short(bits)
    if first == 0 || first.bits > indexBits { return 0 }
    let second = next.short(bits << UInt64(first.bits))
    // Behind what ends a block comes another block, and what is illegal is told by itself.
    let isAlone =
      first.steps >= Meaning.end || second == 0 || first.bits + second.bits > indexBits
      || second.steps == Meaning.illegal
    let last = isAlone ? first : second
    let bits = isAlone ? first.bits : first.bits + second.bits
    let steps = isAlone ? first.steps : first.steps + second.steps
    let low = bits | steps << 8 | first.steps << 16 | first.bits << 24
    return UInt64(low) | UInt64(first.unsignedValue) << 32 | UInt64(last.unsignedValue) << 48
  }

  /// The meaning of the upper bits where 11 are enough, else 0.
  @inline(__always) func pair(_ bits: UInt64) -> UInt64 {
    // In bounds: a number of 11 bits.
    pairs[Int(truncatingIfNeeded: bits &>> UInt64(64 &- PairTable.indexBits))]
  }
}

/// By how many coefficients as many symbols go on as fit 12 bits, for blocks of which only DC is needed.
///
/// Bits 0...7: how many bits they take; 8...15: their steps. Zero where the table cannot tell.
struct SkipTable: BitwiseCopyable {
  private let skips: Memory<UInt16>

  static let byteCount = Scratch.byteCount(1 << HuffmanTable.indexBits, UInt16.self)

  init(_ table: HuffmanTable, scratch: inout Scratch) {
    skips = scratch.take(1 << HuffmanTable.indexBits, UInt16.self)
    for index in 0..<1 << HuffmanTable.indexBits {
      let bits = UInt64(index) << UInt64(64 - HuffmanTable.indexBits)
      var (used, steps) = (0, 0)
      while steps < 63, case let next = table.short(bits << UInt64(used)), next != 0,
        used + next.bits <= HuffmanTable.indexBits, next.steps != Meaning.illegal
      {
        used += next.bits
        steps += next.steps
      }
      skips[index] = UInt16(steps << 8 | used)
    }
  }

  @inline(__always) func skip(_ bits: UInt64) -> Int {
    Int(skips[Int(truncatingIfNeeded: bits &>> UInt64(64 &- HuffmanTable.indexBits))])
  }
}
