/// What two symbols in a row mean: two of AC, or DC and what follows.
///
/// Bits 0...7: how many bits both take; 8...15: by how many coefficients both go on; 16...31 and 32...47: their values;
/// 48...55: by how many coefficients the first alone goes on; 56...62: how many bits that takes. One symbol alone stands
/// there twice. Where the value's bits do not fit the index, bit 63 is set, 0...15 are as above, 16...23 the length of the
/// code and 24...31 that of the value. Zero where the code does not fit.
typealias Pair = UInt64

extension Pair {
  /// Whether it is no pair.
  @inline(__always) var isUnusual: Bool { Int64(bitPattern: self) <= 0 }

  /// The same for a symbol alone whose value is read off the bits.
  @inline(__always) func decoded(_ bits: UInt64) -> DecodedSymbol {
    let value = (bits &<< (self &>> 16)).signed(Int(truncatingIfNeeded: self &>> 24 & 0xFF))
    return DecodedSymbol(truncatingIfNeeded: self & 0xFFFF) | DecodedSymbol(truncatingIfNeeded: value) &<< 16
  }
}

struct SymbolPairTable: BitwiseCopyable {
  static let indexBits = 10

  private let pairs: UncheckedBuffer<Pair>

  static let byteCount = ScratchArena.byteCount(1 << indexBits, Pair.self)

  /// - Parameters:
  ///   - table: of the first symbol.
  ///   - next: of the second.
  init(_ table: HuffmanTable, next: HuffmanTable, scratch: inout ScratchArena) {
    pairs = scratch.take(1 << SymbolPairTable.indexBits, Pair.self)
    for index in 0..<1 << SymbolPairTable.indexBits {
      pairs[index] = SymbolPairTable.pair(UInt64(index) << UInt64(64 - SymbolPairTable.indexBits), table, next)
    }
  }

  private static func pair(_ bits: UInt64, _ table: HuffmanTable, _ next: HuffmanTable) -> Pair {
    let first = table.short(bits)
    if first == 0 || first.bits > indexBits { return single(bits, table) }
    let second = next.short(bits << UInt64(first.bits))
    // Behind what ends a block comes another block, and what is illegal is told by itself.
    let isAlone =
      first.steps >= DecodedSymbol.end || second == 0 || first.bits + second.bits > indexBits
      || second.steps == DecodedSymbol.illegal
    let last = isAlone ? first : second
    let bits = isAlone ? first.bits : first.bits + second.bits
    let steps = isAlone ? first.steps : first.steps + second.steps
    return UInt64(bits | steps << 8 | first.unsignedValue << 16 | last.unsignedValue << 32)
      | UInt64(first.steps | first.bits << 8) << 48
  }

  /// One symbol whose code fits the index, its value does not.
  private static func single(_ bits: UInt64, _ table: HuffmanTable) -> Pair {
    let (decoded, length) = (table.long(bits), table.codeLength(bits))
    if length > indexBits { return 0 }
    return UInt64(decoded.bits | decoded.steps << 8 | length << 16 | (decoded.bits - length) << 24) | 1 << 63
  }

  @inline(__always) func pair(_ bits: UInt64) -> Pair {
    // In bounds: a number of so many bits.
    pairs[Int(truncatingIfNeeded: bits &>> UInt64(64 &- SymbolPairTable.indexBits))]
  }
}

/// By how many coefficients as many symbols go on as fit 12 bits, for blocks of which only DC is needed.
///
/// Bits 0...7: how many bits they take; 8...15: their steps. Zero where the table cannot tell.
struct SkipTable: BitwiseCopyable {
  private let skips: UncheckedBuffer<UInt16>

  static let byteCount = ScratchArena.byteCount(1 << HuffmanTable.indexBits, UInt16.self)

  init(_ table: HuffmanTable, scratch: inout ScratchArena) {
    skips = scratch.take(1 << HuffmanTable.indexBits, UInt16.self)
    for index in 0..<1 << HuffmanTable.indexBits {
      let bits = UInt64(index) << UInt64(64 - HuffmanTable.indexBits)
      var (used, steps) = (0, 0)
      while steps < 63, case let next = table.short(bits << UInt64(used)), next != 0,
        used + next.bits <= HuffmanTable.indexBits, next.steps != DecodedSymbol.illegal
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
