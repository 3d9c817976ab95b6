/// The meaning of two consecutive symbols: two of AC, or DC and the first of AC.
///
/// Bits of a pair:
/// - 0...7: bits that both symbols take.
/// - 8...15: coefficients that both advance.
/// - 16...31 and 32...47: their values.
/// - 48...55: coefficients that the first symbol alone advances.
/// - 56...62: bits that the first symbol alone takes.
///
/// A symbol without a partner fills both halves. If the code fits the index but its value does not, bit 63 is set, 0...15 are as
/// above, 16...23 contain the length of the code and 24...31 that of the value. Zero if the code does not fit the index.
typealias Pair = UInt64

extension Pair {
  /// Whether this is not a pair: zero, or bit 63 is set.
  @inline(__always) var isUnusual: Bool { Int64(bitPattern: self) <= 0 }

  /// The symbol of an entry with bit 63 set. Its value is read from `bits`.
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
  ///   - table: decodes the first symbol.
  ///   - next: decodes the second symbol.
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
    // After the end of a block comes another block. An illegal second symbol is left to its own lookup.
    let isAlone =
      first.steps >= DecodedSymbol.end || second == 0 || first.bits + second.bits > indexBits
      || second.steps == DecodedSymbol.illegal
    let last = isAlone ? first : second
    let bits = isAlone ? first.bits : first.bits + second.bits
    let steps = isAlone ? first.steps : first.steps + second.steps
    return UInt64(bits | steps << 8 | first.unsignedValue << 16 | last.unsignedValue << 32)
      | UInt64(first.steps | first.bits << 8) << 48
  }

  /// One symbol whose code fits the index but whose value does not.
  private static func single(_ bits: UInt64, _ table: HuffmanTable) -> Pair {
    let (decoded, length) = (table.long(bits), table.codeLength(bits))
    if length > indexBits { return 0 }
    return UInt64(decoded.bits | decoded.steps << 8 | length << 16 | (decoded.bits - length) << 24) | 1 << 63
  }

  @inline(__always) func pair(_ bits: UInt64) -> Pair {
    // In bounds: the index has `indexBits` bits.
    pairs[Int(truncatingIfNeeded: bits &>> UInt64(64 &- SymbolPairTable.indexBits))]
  }
}

/// The coefficients that the symbols in the next 12 bits advance, for blocks that need only DC.
///
/// Bits 0...7: the bits that the symbols take; 8...15: the coefficients they advance. Zero if the first symbol does not fit.
struct SkipTable: BitwiseCopyable {
  private let skips: UncheckedBuffer<UInt16>

  static let byteCount = ScratchArena.byteCount(1 << HuffmanTable.indexBits, UInt16.self)

  /// - Parameter isUsed: false to leave it empty. Then each symbol is looked up alone.
  init(_ table: HuffmanTable, isUsed: Bool, scratch: inout ScratchArena) {
    skips = scratch.take(1 << HuffmanTable.indexBits, UInt16.self)
    guard isUsed else {
      skips.fill(0)
      return
    }
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
