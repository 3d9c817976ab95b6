internal import Imaging

/// What a code and the bits behind it say, packed for a look-up.
///
/// Bits 0...7: how many bits that takes, code and all. Bits 8...15: by how many coefficients to go on; `end` and more
/// where the block ends. Bits 16...31: the value. Zero where the table cannot tell, which no meaning is: it takes a bit.
typealias Meaning = UInt32

extension Meaning {
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
enum CodeUse: Hashable {
  /// Differences of DC, times 2^low.
  case dc(low: Int)
  /// A sequential scan's AC.
  case details
  /// A first scan of AC, times 2^low; the value of what ends a block is a run of such blocks.
  case firstDetails(low: Int)
  /// A scan that refines AC by the bit 2^low: steps are coefficients that stay zero, passed over before the place.
  case refinement(low: Int)

  /// - Parameters:
  ///   - length: of the code, 1...16.
  ///   - following: the bits behind it, at the top.
  /// - Returns: what the symbol means, with at most 31 bits.
  @inline(__always) func meaning(of symbol: UInt8, length: Int, following: UInt64) -> Meaning {
    let run = Int(symbol &>> 4)
    let size = Int(symbol & 15)
    switch self {
    case .dc(let low):
      // The greatest difference of 8 bits a sample has 11 bits. libjpeg takes up to 15.
      guard run == 0, size + low <= 11 else { return Meaning(bits: length, steps: Meaning.illegal, value: 0) }
      return Meaning(bits: length + size, steps: 1, value: following.signed(size) << low)
    case .details:
      if size == 0 {
        return Meaning(bits: length, steps: run == 15 ? 16 : run == 0 ? Meaning.end : Meaning.illegal, value: 0)
      }
      guard size <= 10 else { return Meaning(bits: length, steps: Meaning.illegal, value: 0) }
      return Meaning(bits: length + size, steps: run + 1, value: following.signed(size))
    case .firstDetails(let low):
      if size == 0 { return run == 15 ? Meaning(bits: length, steps: 16, value: 0) : endOfBand(run, length, following) }
      guard size + low <= 11 else { return Meaning(bits: length, steps: Meaning.illegal, value: 0) }
      return Meaning(bits: length + size, steps: run + 1, value: following.signed(size) << low)
    case .refinement(let low):
      if size == 0 { return run == 15 ? Meaning(bits: length, steps: 15, value: 0) : endOfBand(run, length, following) }
      guard size == 1 else { return Meaning(bits: length, steps: Meaning.illegal, value: 0) }
      return Meaning(bits: length + 1, steps: run, value: following.signed(1) << low)
    }
  }

  /// The end of a band in as many blocks as `2^run` and the bits behind say.
  @inline(__always) private func endOfBand(_ run: Int, _ length: Int, _ following: UInt64) -> Meaning {
    Meaning(bits: length + run, steps: Meaning.end, value: 1 << run + Int(following.top(run)))
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
@safe struct HuffmanTable {
  /// Measured: with 12 bits, nine in ten symbols are known with their bits, and four tables fit the caches.
  static let indexBits = 12

  private let meanings: Memory<Meaning>
  /// By length, 0...16: the first code of more bits, filled up with zeros to 16; and what makes an index of a code.
  private let bounds: Memory<UInt32>
  private let offsets: Memory<Int32>
  private let symbols: Memory<UInt8>
  private let use: CodeUse

  static let byteCount =
    Scratch.byteCount(1 << indexBits, Meaning.self) + 2 * Scratch.byteCount(17, UInt32.self)
    + Scratch.byteCount(256, UInt8.self)

  /// - Parameter code: with counts that fit their lengths, as the parser has found.
  init(_ code: HuffmanCode, use: CodeUse, scratch: inout Scratch) {
    self.use = use
    meanings = scratch.take(1 << HuffmanTable.indexBits, Meaning.self)
    bounds = scratch.take(17, UInt32.self)
    offsets = scratch.take(17, Int32.self)
    symbols = scratch.take(256, UInt8.self)
    meanings.fill(0)
    symbols.fill(0)
    bounds[0] = 0
    offsets[0] = 0
    for (index, symbol) in code.symbols.enumerated() { symbols[index] = symbol }
    var (next, index) = (0, 0)
    for length in 1...16 {
      let count = Int(code.counts[length - 1])
      offsets[length] = Int32(index - next)
      for symbol in code.symbols[index..<index + count] {
        if length <= HuffmanTable.indexBits { fill(next, length, symbol) }
        next += 1
      }
      index += count
      bounds[length] = UInt32(next) << UInt32(16 - length)
      next <<= 1
    }
  }

  /// All beginnings that start with a code.
  private func fill(_ code: Int, _ length: Int, _ symbol: UInt8) {
    let free = HuffmanTable.indexBits - length
    for index in code << free..<(code + 1) << free {
      let following = UInt64(truncatingIfNeeded: index) << UInt64(64 - free)
      let meaning = use.meaning(of: symbol, length: length, following: free == 0 ? 0 : following)
      if meaning.bits <= HuffmanTable.indexBits { meanings[index] = meaning }
    }
  }

  /// The meaning of the upper bits, of which 31 at least are of the data.
  @inline(__always) func meaning(_ bits: UInt64) -> Meaning {
    // In bounds: a number of 12 bits.
    let known = meanings[Int(truncatingIfNeeded: bits &>> UInt64(64 &- HuffmanTable.indexBits))]
    return known != 0 ? known : longMeaning(bits)
  }

  /// The same without the table of beginnings.
  @inline(never) func longMeaning(_ bits: UInt64) -> Meaning {
    let code = UInt32(truncatingIfNeeded: bits &>> 48)
    for length in 1...16 where code < bounds[length] {
      // In bounds: a code below the bound of its length has an index below the number of symbols.
      let place = Int(Int32(truncatingIfNeeded: code &>> UInt32(16 &- length)) &+ offsets[length])
      return use.meaning(of: symbols[place & 255], length: length, following: bits &<< UInt64(length))
    }
    // Not a code.
    return Meaning(bits: 16, steps: Meaning.illegal, value: 0)
  }
}
