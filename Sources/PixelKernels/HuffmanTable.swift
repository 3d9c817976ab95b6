// Longer than most: what an entry is, how it is read and how tables are filled hold or fall together.

/// Tables to decode DEFLATE's Huffman codes by (RFC 1951, 3.2.2 and 3.2.5): the next bits of the input are the index of an
/// entry that says everything about the symbol they begin with. Codes longer than the table's bits lead on to a table of
/// their own behind it.
///
/// An entry, from its low bits: 6 for what to skip (code and extra bits), 4 for the code alone, then what it stands for:
/// - literals: 8 bits each for one or two, at 26 their number; bit 31 is set.
/// - a length or distance: its base.
/// - a link to a longer code's table (bits 30 and 29): its index; the 4 bits say its width.
/// - the end of the block (bits 30 and 28), and codes that do not exist (bit 30 alone).
package enum HuffmanTable {
  static let literalBits = 11
  static let distanceBits = 8
  static let lengthBits = 7

  /// Entries that are enough for the tables and all that they lead to, for any code: for 288 symbols of 15 bits 2342 at
  /// the most, for 32 symbols 402.
  static let literalCapacity = 2560
  static let distanceCapacity = 512

  @inline(__always) static func isLiteral(_ entry: UInt32) -> Bool { entry & literalFlag != 0 }
  @inline(__always) static func isSpecial(_ entry: UInt32) -> Bool { entry & specialFlag != 0 }
  @inline(__always) static func isLink(_ entry: UInt32) -> Bool { entry & linkFlag != 0 }
  @inline(__always) static func isEnd(_ entry: UInt32) -> Bool { entry & endFlag != 0 }
  @inline(__always) static func literals(_ entry: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: entry &>> 10) }
  @inline(__always) static func literalCount(_ entry: UInt32) -> Int { Int((entry &>> 26) & 3) }
  @inline(__always) static func codeLength(_ entry: UInt32) -> UInt64 { UInt64((entry &>> 6) & 15) }

  /// For entries of lengths and distances, and for the symbol itself in a table of code lengths.
  @inline(__always) static func base(_ entry: UInt32) -> Int { Int((entry &>> 10) & 0x7FFF) }

  /// The index that a link and the bits after its own lead to.
  @inline(__always)
  static func linked(_ entry: UInt32, _ bits: UInt64) -> Int {
    Int((entry &>> 10) & 0xFFFF) &+ Int(truncatingIfNeeded: bits & ((1 &<< codeLength(entry)) &- 1))
  }

  static let literalFlag: UInt32 = 1 << 31
  static let specialFlag: UInt32 = 1 << 30
  static let linkFlag: UInt32 = 1 << 29
  static let endFlag: UInt32 = 1 << 28

  /// Makes the table of a code.
  /// - Parameters:
  ///   - lengths: by symbol the bits of its code, 0...15; 0 for none.
  ///   - symbols: by symbol its entry, without the code's bits.
  ///   - width: of the table; 2^width entries are made, then those of longer codes.
  ///   - mayBeIncomplete: whether a single code, or none, is a code too.
  /// - Returns: false where the lengths are those of no code.
  @unsafe static func make(
    _ table: UnsafeMutablePointer<UInt32>, capacity: Int, width: Int, lengths: UnsafePointer<UInt8>, count: Int,
    symbols: [UInt32], mayBeIncomplete: Bool
  ) -> Bool {
    // By length: how many codes there are, and the place of the next one's symbol in the order of codes.
    var counts = SIMD16<UInt16>.zero
    for symbol in 0..<count { counts[unsafe Int(lengths[symbol])] &+= 1 }
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
      for index in 0..<1 << width { unsafe table[index] = specialFlag }
    }
    return unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { ordered in
      for symbol in 0..<count {
        let length = unsafe Int(lengths[symbol])
        if length == 0 { continue }
        unsafe ordered[Int(positions[length])] = UInt16(symbol)
        positions[length] &+= 1
      }
      var filler = unsafe Filler(table: table, width: width, capacity: capacity, left: counts)
      var next = 0
      for length in 1...15 {
        unsafe filler.begin(length, isComplete: covered == 1 << 15)
        for _ in 0..<counts[length] {
          guard unsafe filler.put(symbols[Int(ordered[next])], length: length) else { return false }
          next += 1
        }
      }
      return true
    }
  }

  /// Joins a literal and the next one in one entry, where the table's bits have room for both.
  @unsafe static func pairLiterals(_ table: UnsafeMutablePointer<UInt32>, width: Int) {
    // Downwards, so that the second literal's entry, at a lower index, is still a single one.
    for index in stride(from: (1 << width) - 1, through: 0, by: -1) {
      let first = unsafe table[index]
      let second = unsafe table[index &>> Int(truncatingIfNeeded: codeLength(first))]
      let both = UInt32(truncatingIfNeeded: codeLength(first) &+ codeLength(second))
      let letters = first & 0xFF << 10 | (second & 0xFF << 10) &<< 8
      // No branch on what is as good as random.
      let fits = first & second & literalFlag != 0 && both <= width
      unsafe table[index] = fits ? literalFlag | 2 << 26 | letters | both : first
    }
  }

  /// Entries of literals, the end of a block, and lengths, by symbol.
  static let literalSymbols: [UInt32] =
    (0..<256).map { literalFlag | 1 << 26 | UInt32($0) << 10 } + [specialFlag | endFlag]
    + (0..<29).map { index in
      if index == 28 { return 258 << 10 }
      let extra = index < 8 ? 0 : index / 4 - 1
      let base = index < 8 ? 3 + index : 3 + (4 + index % 4) << extra
      return UInt32(base) << 10 | UInt32(extra)
    } + [specialFlag, specialFlag]

  /// Entries of distances, by symbol.
  static let distanceSymbols: [UInt32] =
    (0..<30).map { index in
      let extra = index < 4 ? 0 : index / 2 - 1
      let base = index < 4 ? 1 + index : 1 + (2 + index % 2) << extra
      return UInt32(base) << 10 | UInt32(extra)
    } + [specialFlag, specialFlag]

  /// Entries of code lengths: the symbols themselves.
  static let lengthSymbols: [UInt32] = (0..<19).map { UInt32($0) << 10 }
}

/// Puts the entries of codes, which must come in their order, at all the indices that begin with them.
@unsafe private struct Filler {
  private let table: UnsafeMutablePointer<UInt32>
  private let width: Int
  private let capacity: Int
  /// By length, the codes that are still to come.
  private var left: SIMD16<UInt16>
  /// The code, its first bit lowest, as the input has it.
  private var code = 0
  /// Where the next longer codes' table begins.
  private var end: Int
  private var linkedFrom = -1
  private var linkStart = 0
  private var linkWidth = 0

  init(table: UnsafeMutablePointer<UInt32>, width: Int, capacity: Int, left: SIMD16<UInt16>) {
    unsafe self.table = unsafe table
    unsafe self.width = width
    unsafe self.capacity = capacity
    unsafe self.left = left
    unsafe end = 1 << width
  }

  /// Before the codes of a length: those of lesser lengths stand at all indices below half of those that this length
  /// tells apart, and are doubled.
  @inline(__always)
  mutating func begin(_ length: Int, isComplete: Bool) {
    if unsafe length <= width && isComplete {
      unsafe (table + 1 << (length - 1)).update(from: table, count: 1 << (length - 1))
    }
  }

  @inline(__always)
  mutating func put(_ symbol: UInt32, length: Int) -> Bool {
    if unsafe length <= width {
      unsafe table[code] = symbol + UInt32(length) | UInt32(length) << 6
    } else {
      guard unsafe putLinked(symbol, length: length) else { return false }
    }
    unsafe left[length] &-= 1
    // The next code: one is added at the last bit, and carried towards the first.
    var bit = 1 << (length - 1)
    while unsafe code & bit != 0 { bit >>= 1 }
    unsafe code = unsafe bit == 0 ? 0 : code & (bit - 1) | bit
    return true
  }

  private mutating func putLinked(_ symbol: UInt32, length: Int) -> Bool {
    let prefix = unsafe code & (1 << width - 1)
    if unsafe prefix != linkedFrom {
      guard unsafe link(from: prefix, length: length) else { return false }
    }
    let rest = unsafe length - width
    let entry = symbol + UInt32(rest) | UInt32(rest) << 6
    for index in unsafe stride(from: code >> width, to: 1 << linkWidth, by: 1 << rest) {
      unsafe table[linkStart + index] = entry
    }
    return true
  }

  /// Begins the table of the codes with this prefix, as wide as the longest of them needs.
  private mutating func link(from prefix: Int, length: Int) -> Bool {
    unsafe linkWidth = unsafe length - width
    var room = unsafe 1 << linkWidth
    while unsafe linkWidth + width < 15 {
      unsafe room -= Int(left[linkWidth + width])
      if room <= 0 { break }
      unsafe linkWidth += 1
      room <<= 1
    }
    unsafe linkStart = unsafe end
    unsafe end += unsafe 1 << linkWidth
    guard unsafe end <= capacity else { return false }
    unsafe linkedFrom = prefix
    unsafe table[prefix] =
      unsafe HuffmanTable.specialFlag | HuffmanTable.linkFlag | UInt32(linkStart) << 10 | UInt32(linkWidth) << 6
      | UInt32(width)
    return true
  }
}
