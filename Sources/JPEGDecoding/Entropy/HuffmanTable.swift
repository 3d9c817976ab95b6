/// What a code and the bits behind it say, packed for a look-up.
///
/// Bits 0...7: how many bits that takes, code and all. Bits 8...15: by how many coefficients to go on; `end` and more
/// where the block ends. Bits 16...31: the value. Zero where the table cannot tell, which no meaning is: it takes a bit.
typealias DecodedSymbol = UInt32

extension DecodedSymbol {
  /// Steps from here on end the block: they bring the coefficient's place to at least this.
  static let end = 128
  /// What is illegal brings it to this: a place is 63 at most, and meanings that end a block have no further steps.
  static let illegal = 192

  @inline(__always) init(bits: Int, steps: Int, value: Int) {
    self = UInt32(truncatingIfNeeded: value &<< 16 | steps &<< 8 | bits)
  }

  @inline(__always) var bits: Int { Int(truncatingIfNeeded: self & 0xFF) }
  @inline(__always) var steps: Int { Int(truncatingIfNeeded: self &>> 8 & 0xFF) }
  @inline(__always) var value: Int { Int(Int16(truncatingIfNeeded: self &>> 16)) }
  @inline(__always) var unsignedValue: Int { Int(truncatingIfNeeded: self &>> 16) }
}

/// What a table's symbols stand for: it differs by the kind of scan (ITU-T T.81, F.1.2 and G.1.2).
enum ScanKind: Hashable {
  /// Differences of DC, times 2^low.
  case dc(low: Int)
  /// A sequential scan's AC.
  case ac
  /// A first scan of AC, times 2^low; the value of what ends a block is a run of such blocks.
  case firstAC(low: Int)
  /// A scan that refines AC by the bit 2^low: steps are coefficients that stay zero, passed over before the place.
  case refinement(low: Int)

  /// - Parameters:
  ///   - symbol: what the code stands for: run and size, or size alone.
  ///   - length: of the code, 1...16.
  ///   - following: the bits behind it, at the top.
  /// - Returns: what the symbol means, with at most 31 bits.
  @inline(__always) func decoded(of symbol: UInt8, length: Int, following: UInt64) -> DecodedSymbol {
    let run = Int(symbol &>> 4)
    let size = Int(symbol & 15)
    switch self {
    case .dc(let low):
      // The greatest difference of 8 bits a sample has 11 bits. libjpeg takes up to 15.
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

  /// The end of a band in as many blocks as `2^run` and the bits behind say.
  @inline(__always) private func endOfBand(_ run: Int, _ length: Int, _ following: UInt64) -> DecodedSymbol {
    DecodedSymbol(bits: length + run, steps: DecodedSymbol.end, value: 1 << run + Int(following.top(run)))
  }
}

extension UInt64 {
  /// The upper `count` bits, 0...63, as a number.
  @inline(__always) func top(_ count: Int) -> UInt64 {
    (self &>> 1) &>> UInt64(truncatingIfNeeded: 63 &- count)
  }

  /// The upper `count` bits, 0...15, as JPEG codes a number: one with a leading zero is negative.
  @inline(__always) func signed(_ count: Int) -> Int {
    let bits = Int(truncatingIfNeeded: top(count))
    let isNegative = ~(Int(bitPattern: UInt(self)) &>> 63)
    return bits &+ (isNegative & (1 &- (1 &<< count)))
  }
}

/// A Huffman table for decoding: the meanings of all beginnings of 12 bits, and the codes for what is longer.
struct HuffmanTable: BitwiseCopyable {
  /// Four tables of 12 bits, 16 KB each, fit the second cache; most codes come with their extra bits in one look.
  static let indexBits = 12

  /// The meanings, then by length, from 1 on, the first code of more bits, filled up with zeros to 16, and, from 0 on, what
  /// makes an index of a code; then the symbols, 256 of them. One piece, so that a table is one address.
  private let words: UncheckedBuffer<UInt32>
  private let use: ScanKind

  private static let bounds = 1 << indexBits
  private static let offsets = bounds + 16
  private static let symbols = offsets + 17
  private static let wordCount = symbols + 256

  static let byteCount = ScratchArena.byteCount(wordCount, UInt32.self)

  /// Of a code with counts that fit their lengths, as the parser has found.
  init(_ code: HuffmanCode, use: ScanKind, scratch: inout ScratchArena) {
    self.use = use
    words = scratch.take(HuffmanTable.wordCount, UInt32.self)
    words.fill(0)
    for (index, symbol) in code.symbols.enumerated() { words[HuffmanTable.symbols + index] = UInt32(symbol) }
    var (next, index) = (0, 0)
    for length in 1...16 {
      let count = Int(code.counts[length - 1])
      words[HuffmanTable.offsets + length] = UInt32(bitPattern: Int32(index - next))
      for symbol in code.symbols[index..<index + count] {
        if length <= HuffmanTable.indexBits { fill(next, length, symbol) }
        next += 1
      }
      index += count
      words[HuffmanTable.bounds + length - 1] = UInt32(next) << UInt32(16 - length)
      next <<= 1
    }
  }

  /// All beginnings that start with a code.
  private func fill(_ code: Int, _ length: Int, _ symbol: UInt8) {
    let free = HuffmanTable.indexBits - length
    for index in code << free..<(code + 1) << free {
      let following = UInt64(truncatingIfNeeded: index) << UInt64(64 - free)
      let decoded = use.decoded(of: symbol, length: length, following: free == 0 ? 0 : following)
      if decoded.bits <= HuffmanTable.indexBits { words[index] = decoded }
    }
  }

  /// The meaning of the upper bits where 12 are enough, else 0.
  @inline(__always) func short(_ bits: UInt64) -> DecodedSymbol {
    // In bounds: a number of 12 bits.
    words[Int(truncatingIfNeeded: bits &>> UInt64(64 &- HuffmanTable.indexBits))]
  }

  /// The meaning of bits of which 31 at least are of the data, without the table of beginnings.
  @inline(never) func long(_ bits: UInt64) -> DecodedSymbol {
    let length = codeLength(bits)
    // Not a code.
    if length > 16 { return DecodedSymbol(bits: 16, steps: DecodedSymbol.illegal, value: 0) }
    // In bounds: a code below the bound of its length has an index below the number of symbols.
    let code = Int(truncatingIfNeeded: bits.top(length))
    let position = (code &+ Int(Int32(bitPattern: words[HuffmanTable.offsets &+ length]))) & 255
    let symbol = UInt8(truncatingIfNeeded: words[HuffmanTable.symbols &+ position])
    return use.decoded(of: symbol, length: length, following: bits &<< UInt64(truncatingIfNeeded: length))
  }

  /// The length of the code that the bits begin with; 17 where they do not.
  @inline(__always) func codeLength(_ bits: UInt64) -> Int {
    let code = Lanes(repeating: Int32(truncatingIfNeeded: bits &>> 48))
    // A bound that lies above makes -1 of its lane, and bounds do not fall: no loop whose end would have to be guessed.
    let isBelow =
      (code &- words.load(HuffmanTable.bounds, as: Lanes.self)) &>> 31
      &+ (code &- words.load(HuffmanTable.bounds &+ 8, as: Lanes.self)) &>> 31
    let halves = isBelow.lowHalf &+ isBelow.highHalf
    let sums = halves.evenHalf &+ halves.oddHalf
    return 17 &+ Int(sums[0] &+ sums[1])
  }
}

extension Bits {
  /// How many short meanings can be taken for each time that the bits are refilled: 4 * 12 <= 56.
  static let shortSymbols = 4

  /// Takes the next meaning. 12 bits are there, or 31 when the meaning is long: for that it refills, before and after.
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
