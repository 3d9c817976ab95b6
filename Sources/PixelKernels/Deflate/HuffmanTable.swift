// Longer than most: the layout of entries, the reading of them and the filling of tables depend on each other.

/// Lookup tables for DEFLATE's Huffman codes (RFC 1951, 3.2.2 and 3.2.5). The next bits of the input are the index of an entry
/// that describes the symbol they begin with. Codes longer than that index link to a secondary table after the main one.
///
/// An entry contains, from its lowest bit: the number of bits to skip (6 bits, for code and extra bits), the length of the code
/// alone (4 bits), then its meaning:
/// - literals: one or two of 8 bits each, and at bit 26 their number. Bit 31 is set.
/// - a length or distance: its base.
/// - a link to the table of longer codes (bits 30 and 29): its index. The 4 bits contain its width.
/// - the end of the block (bits 30 and 28), and codes that do not exist (bit 30 alone).
package enum HuffmanTable {
  static let literalBits = 11
  static let distanceBits = 8
  static let lengthBits = 7

  /// Enough entries for the main table and its secondary tables, for any code. 288 symbols of up to 15 bits need at most 2342, 32
  /// symbols need 402.
  static let literalCapacity = 2560
  static let distanceCapacity = 512

  @inline(__always) static func isLiteral(_ entry: UInt32) -> Bool { entry & literalFlag != 0 }
  @inline(__always) static func isSpecial(_ entry: UInt32) -> Bool { entry & specialFlag != 0 }
  @inline(__always) static func isLink(_ entry: UInt32) -> Bool { entry & linkFlag != 0 }
  @inline(__always) static func isEnd(_ entry: UInt32) -> Bool { entry & endFlag != 0 }
  @inline(__always) static func literals(_ entry: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: entry &>> 10) }
  @inline(__always) static func literalCount(_ entry: UInt32) -> Int { Int((entry &>> 26) & 3) }
  @inline(__always) static func codeLength(_ entry: UInt32) -> UInt64 { UInt64((entry &>> 6) & 15) }

  /// For lengths and distances. In a table of code lengths, it is the symbol itself.
  @inline(__always) static func base(_ entry: UInt32) -> Int { Int((entry &>> 10) & 0x7FFF) }

  /// The index of the entry that a link and the bits after its prefix select.
  @inline(__always)
  static func linked(_ entry: UInt32, _ bits: UInt64) -> Int {
    Int((entry &>> 10) & 0xFFFF) &+ Int(truncatingIfNeeded: bits & ((1 &<< codeLength(entry)) &- 1))
  }

  static let literalFlag: UInt32 = 1 << 31
  static let specialFlag: UInt32 = 1 << 30
  static let linkFlag: UInt32 = 1 << 29
  static let endFlag: UInt32 = 1 << 28

  /// Builds the table of a code.
  /// - Parameters:
  ///   - lengths: the length of each symbol's code in bits, 0...15; 0 for no code.
  ///   - symbols: the entry of each symbol, without the bits of its code.
  ///   - width: the index bits of the table. 2^width entries are filled, then those of longer codes.
  ///   - mayBeIncomplete: whether a code with one symbol, or none, is legal.
  /// - Returns: false if the lengths do not form a code.
  static func make(
    _ table: UncheckedBuffer<UInt32>, width: Int, lengths: UncheckedBytes, symbols: [UInt32], mayBeIncomplete: Bool
  ) -> Bool {
    let count = lengths.count
    // Per length: the number of codes, and the position of the next symbol in code order.
    var counts = SIMD16<UInt16>.zero
    for symbol in 0..<count { counts[Int(lengths[symbol])] &+= 1 }
    let used = count - Int(counts[0])
    counts[0] = 0
    var (covered, position, positions) = (0, UInt16(0), SIMD16<UInt16>.zero)
    for length in 1...15 {
      covered += Int(counts[length]) << (15 - length)
      positions[length] = position
      position += counts[length]
    }
    if covered != 1 << 15 {
      guard mayBeIncomplete, used == 0 || (used == 1 && counts[1] == 1) else { return false }
      // The code of the one symbol is the bit 0.
      let symbol = (0..<count).first { lengths[$0] == 1 }
      let entry = symbol.map { (symbols[$0] + 1) | 1 << 6 } ?? specialFlag
      for index in 0..<1 << width { table[index] = index & 1 == 0 ? entry : specialFlag }
      return true
    }
    return unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { ordered in
      // SAFETY: there are no more positions than symbols.
      let ordered = unsafe UncheckedBuffer<UInt16>(ordered.baseAddress.unsafelyUnwrapped, count: count)
      for symbol in 0..<count {
        let length = Int(lengths[symbol])
        if length == 0 { continue }
        ordered[Int(positions[length])] = UInt16(symbol)
        positions[length] &+= 1
      }
      var filler = Filler(table: table, width: width, left: counts)
      var next = 0
      for length in 1...15 {
        filler.begin(length)
        for _ in 0..<counts[length] {
          guard filler.put(symbols[Int(ordered[next])], length: length) else { return false }
          next += 1
        }
      }
      return true
    }
  }

  /// Combines a literal and the next one in one entry, if both codes fit the index bits.
  static func pairLiterals(_ table: UncheckedBuffer<UInt32>, width: Int) {
    // Downward, so that the entry of the second literal, at a lower index, is still a single one.
    for index in stride(from: (1 << width) - 1, through: 0, by: -1) {
      let first = table[index]
      let second = table[index &>> Int(truncatingIfNeeded: codeLength(first))]
      let both = UInt32(truncatingIfNeeded: codeLength(first) &+ codeLength(second))
      let letters = first & 0xFF << 10 | (second & 0xFF << 10) &<< 8
      // A branch would be mispredicted, because the data are nearly random.
      let fits = first & second & literalFlag != 0 && both <= width
      table[index] = fits ? literalFlag | 2 << 26 | letters | both : first
    }
  }

  /// Per symbol, the entries of literals, the end of a block, and lengths.
  static let literalSymbols: [UInt32] =
    (0..<256).map { literalFlag | 1 << 26 | UInt32($0) << 10 } + [specialFlag | endFlag]
    + (0..<29).map { index in
      if index == 28 { return 258 << 10 }
      let extra = index < 8 ? 0 : index / 4 - 1
      let base = index < 8 ? 3 + index : 3 + (4 + index % 4) << extra
      return UInt32(base) << 10 | UInt32(extra)
    } + [specialFlag, specialFlag]

  /// Per symbol, the entries of distances.
  static let distanceSymbols: [UInt32] =
    (0..<30).map { index in
      let extra = index < 4 ? 0 : index / 2 - 1
      let base = index < 4 ? 1 + index : 1 + (2 + index % 2) << extra
      return UInt32(base) << 10 | UInt32(extra)
    } + [specialFlag, specialFlag]

  /// The entries of code lengths are the symbols themselves.
  static let lengthSymbols: [UInt32] = (0..<19).map { UInt32($0) << 10 }
}

/// Writes the entry of each code to all indices that begin with it. Codes must be added in order.
private struct Filler {
  private let table: UncheckedBuffer<UInt32>
  private let width: Int
  /// Per length, the number of codes still to come.
  private var left: SIMD16<UInt16>
  /// The code, its first bit lowest, as in the input.
  private var code = 0
  /// Index of the next secondary table.
  private var end: Int
  private var linkedFrom = -1
  private var linkStart = 0
  private var linkWidth = 0

  init(table: UncheckedBuffer<UInt32>, width: Int, left: SIMD16<UInt16>) {
    self.table = table
    self.width = width
    self.left = left
    end = 1 << width
  }

  /// Must be called before the codes of a length. Entries of shorter codes fill all indices below half of those of this length,
  /// and are copied to the other half.
  @inline(__always)
  mutating func begin(_ length: Int) {
    if length <= width {
      table.copy(1 << (length - 1), to: 1 << (length - 1))
    }
  }

  @inline(__always)
  mutating func put(_ symbol: UInt32, length: Int) -> Bool {
    if length <= width {
      table[code] = symbol + UInt32(length) | UInt32(length) << 6
    } else {
      guard putLinked(symbol, length: length) else { return false }
    }
    left[length] &-= 1
    // The next code: adds one at the last bit, and carries toward the first.
    var bit = 1 << (length - 1)
    while code & bit != 0 { bit >>= 1 }
    code = bit == 0 ? 0 : code & (bit - 1) | bit
    return true
  }

  private mutating func putLinked(_ symbol: UInt32, length: Int) -> Bool {
    let prefix = code & (1 << width - 1)
    if prefix != linkedFrom {
      guard link(from: prefix, length: length) else { return false }
    }
    let rest = length - width
    let entry = symbol + UInt32(rest) | UInt32(rest) << 6
    for index in stride(from: code >> width, to: 1 << linkWidth, by: 1 << rest) {
      table[linkStart + index] = entry
    }
    return true
  }

  /// Starts the table of the codes with this prefix, as wide as the longest of them needs.
  private mutating func link(from prefix: Int, length: Int) -> Bool {
    linkWidth = length - width
    var room = 1 << linkWidth
    while linkWidth + width < 15 {
      room -= Int(left[linkWidth + width])
      if room <= 0 { break }
      linkWidth += 1
      room <<= 1
    }
    linkStart = end
    end += 1 << linkWidth
    guard end <= table.count else { return false }
    linkedFrom = prefix
    table[prefix] =
      HuffmanTable.specialFlag | HuffmanTable.linkFlag | UInt32(linkStart) << 10 | UInt32(linkWidth) << 6
      | UInt32(width)
    return true
  }
}
