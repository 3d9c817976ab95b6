internal import JPEGDecoding

/// The meaning of a Huffman code and of the extra bits after it, packed for a lookup table.
///
/// Bits 0...7: the number of bits, code included. Bits 8...15: the number of coefficients to advance; `end` or more ends the
/// block. Bits 16...31: the value. Zero if the table has no entry. No symbol is zero, because each takes at least one bit.
typealias DecodedSymbol = UInt32

extension DecodedSymbol {
  /// Steps of a symbol that ends the block: they bring the coefficient index to at least this.
  static let end = 128
  /// Steps of an illegal code: they bring the index to at least this. A legal end stays below, since an index is at most 63 and a
  /// symbol that ends a block has no further steps.
  static let illegal = 192

  @inline(__always) init(bits: Int, steps: Int, value: Int) {
    self = UInt32(truncatingIfNeeded: value &<< 16 | steps &<< 8 | bits)
  }

  @inline(__always) var bits: Int { Int(truncatingIfNeeded: self & 0xFF) }
  @inline(__always) var steps: Int { Int(truncatingIfNeeded: self &>> 8 & 0xFF) }
  @inline(__always) var value: Int { Int(Int16(truncatingIfNeeded: self &>> 16)) }
  @inline(__always) var unsignedValue: Int { Int(truncatingIfNeeded: self &>> 16) }
}

/// The meaning of a table's symbols, which depends on the kind of scan (ITU-T T.81, F.1.2 and G.1.2).
enum ScanKind: Hashable {
  /// Differences of DC, times 2^low.
  case dc(low: Int)
  /// AC of a sequential scan.
  case ac
  /// A first scan of AC, times 2^low. The value of an end-of-band symbol is the number of blocks that end.
  case firstAC(low: Int)
  /// A scan that refines AC by the bit 2^low. Steps are coefficients that stay zero and are skipped before the new one.
  case refinement(low: Int)

  /// - Parameters:
  ///   - symbol: the symbol of the code: run and size, or size alone.
  ///   - length: the length of the code, 1...16.
  ///   - following: the bits after the code, at the top.
  /// - Returns: the meaning, of at most 31 bits.
  @inline(__always) func decoded(of symbol: UInt8, length: Int, following: UInt64) -> DecodedSymbol {
    let run = Int(symbol &>> 4)
    let size = Int(symbol & 15)
    switch self {
    case .dc(let low):
      // With 8 bits per sample, the largest difference has 11 bits. libjpeg accepts up to 15.
      guard run == 0, size + low <= 11 else {
        return DecodedSymbol(bits: length, steps: DecodedSymbol.illegal, value: 0)
      }
      return DecodedSymbol(bits: length + size, steps: 0, value: following.signed(size) << low)
    case .ac:
      if size == 0 {
        return DecodedSymbol(
          bits: length, steps: run == 15 ? 16 : run == 0 ? DecodedSymbol.end : DecodedSymbol.illegal, value: 0)
      }
      guard size <= 10 else { return DecodedSymbol(bits: length, steps: DecodedSymbol.illegal, value: 0) }
      return DecodedSymbol(bits: length + size, steps: run + 1, value: following.signed(size))
    case .firstAC(let low):
      if size == 0 {
        return run == 15 ? DecodedSymbol(bits: length, steps: 16, value: 0) : endOfBand(run, length, following)
      }
      guard size + low <= 11 else { return DecodedSymbol(bits: length, steps: DecodedSymbol.illegal, value: 0) }
      return DecodedSymbol(bits: length + size, steps: run + 1, value: following.signed(size) << low)
    case .refinement(let low):
      if size == 0 {
        return run == 15 ? DecodedSymbol(bits: length, steps: 15, value: 0) : endOfBand(run, length, following)
      }
      guard size == 1 else { return DecodedSymbol(bits: length, steps: DecodedSymbol.illegal, value: 0) }
      return DecodedSymbol(bits: length + 1, steps: run, value: following.signed(1) << low)
    }
  }

  /// The end of a band. The number of blocks that end is `2^run` plus the next `run` bits.
  @inline(__always) private func endOfBand(_ run: Int, _ length: Int, _ following: UInt64) -> DecodedSymbol {
    DecodedSymbol(bits: length + run, steps: DecodedSymbol.end, value: 1 << run + Int(following.top(run)))
  }
}

extension UInt64 {
  /// The upper `count` bits, 0...63, as a number.
  @inline(__always) func top(_ count: Int) -> UInt64 {
    (self &>> 1) &>> UInt64(truncatingIfNeeded: 63 &- count)
  }

  /// The upper `count` bits, 0...15, as a signed number of JPEG: a leading zero means negative.
  @inline(__always) func signed(_ count: Int) -> Int {
    let bits = Int(truncatingIfNeeded: top(count))
    let isNegative = ~(Int(bitPattern: UInt(self)) &>> 63)
    return bits &+ (isNegative & (1 &- (1 &<< count)))
  }
}

/// A Huffman table for decoding: a lookup table by the next 12 bits, and the codes for whatever is longer.
struct HuffmanTable: BitwiseCopyable {
  /// Four tables of 12 bits, 16 KB each, fit the L2 cache. Most codes and their extra bits fit 12 bits, so one lookup is enough.
  static let indexBits = 12

  /// One buffer, so that a table is one address:
  /// - The meanings by the next 12 bits.
  /// - For each length from 1 to 16, the first code that is longer, padded with zeros to 16 bits.
  /// - For each length from 0 to 16, the offset that turns a code into the index of its symbol.
  /// - The symbols, 256 of them.
  private let words: UncheckedBuffer<UInt32>
  private let use: ScanKind

  private static let bounds = 1 << indexBits
  private static let offsets = bounds + 16
  private static let symbols = offsets + 17
  private static let wordCount = symbols + 256

  static let byteCount = ScratchArena.byteCount(wordCount, UInt32.self)

  /// The counts of the code must fit their lengths. The parser checks that.
  /// - Parameter filled: the bits of a code and its value that `short` knows, at most 12. With fewer, the other bits of its argument
  ///   must be zero.
  init(_ code: HuffmanCode, use: ScanKind, filled: Int = indexBits, scratch: inout ScratchArena) {
    self.use = use
    words = scratch.take(HuffmanTable.wordCount, UInt32.self)
    words.fill(0)
    for (index, symbol) in code.symbols.enumerated() { words[HuffmanTable.symbols + index] = UInt32(symbol) }
    var (next, index) = (0, 0)
    for length in 1...16 {
      let count = Int(code.counts[length - 1])
      words[HuffmanTable.offsets + length] = UInt32(bitPattern: Int32(index - next))
      for symbol in code.symbols[index..<index + count] {
        if length <= filled { fill(next, length, symbol, filled) }
        next += 1
      }
      index += count
      words[HuffmanTable.bounds + length - 1] = UInt32(next) << UInt32(16 - length)
      next <<= 1
    }
  }

  /// Fills all entries that start with a code.
  private func fill(_ code: Int, _ length: Int, _ symbol: UInt8, _ filled: Int) {
    let free = HuffmanTable.indexBits - length
    for index in stride(from: code << free, to: (code + 1) << free, by: 1 << (HuffmanTable.indexBits - filled)) {
      let following = UInt64(truncatingIfNeeded: index) << UInt64(64 - free)
      let decoded = use.decoded(of: symbol, length: length, following: free == 0 ? 0 : following)
      if decoded.bits <= filled { words[index] = decoded }
    }
  }

  /// The meaning of the upper bits if 12 bits are enough, otherwise 0.
  @inline(__always) func short(_ bits: UInt64) -> DecodedSymbol {
    // In bounds: the index has 12 bits.
    words[Int(truncatingIfNeeded: bits &>> UInt64(64 &- HuffmanTable.indexBits))]
  }

  /// The meaning of the upper bits, without the lookup table. At least 31 of them must be data.
  @inline(never) func long(_ bits: UInt64) -> DecodedSymbol {
    let length = codeLength(bits)
    // No code begins with these bits.
    if length > 16 { return DecodedSymbol(bits: 16, steps: DecodedSymbol.illegal, value: 0) }
    // In bounds: a code below the bound of its length has an index below the number of symbols.
    let code = Int(truncatingIfNeeded: bits.top(length))
    let position = (code &+ Int(Int32(bitPattern: words[HuffmanTable.offsets &+ length]))) & 255
    let symbol = UInt8(truncatingIfNeeded: words[HuffmanTable.symbols &+ position])
    return use.decoded(of: symbol, length: length, following: bits &<< UInt64(truncatingIfNeeded: length))
  }

  /// The length of the code that the bits begin with, 17 if there is none.
  @inline(__always) func codeLength(_ bits: UInt64) -> Int {
    let code = Lanes(repeating: Int32(truncatingIfNeeded: bits &>> 48))
    // A bound above the code gives -1 in its lane. Bounds never decrease, so the count of such lanes gives the length. A loop
    // would have an exit that the processor mispredicts.
    let isBelow =
      (code &- words.load(HuffmanTable.bounds, as: Lanes.self)) &>> 31
      &+ (code &- words.load(HuffmanTable.bounds &+ 8, as: Lanes.self)) &>> 31
    let halves = isBelow.lowHalf &+ isBelow.highHalf
    let sums = halves.evenHalf &+ halves.oddHalf
    return 17 &+ Int(sums[0] &+ sums[1])
  }
}

extension Bits {
  /// Takes the next symbol. At least 12 bits must be present. A long symbol needs 31, so it refills before and after.
  @inline(__always) mutating func take(_ table: HuffmanTable, _ window: UncheckedBuffer<UInt8>) -> DecodedSymbol {
    var decoded = table.short(bits)
    if decoded == 0 {
      refill(window)
      decoded = table.long(bits)
      drop(decoded.bits)
      refill(window)
    } else {
      drop(decoded.bits)
    }
    return decoded
  }
}
