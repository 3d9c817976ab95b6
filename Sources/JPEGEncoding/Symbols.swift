/// Huffman symbols between the passes of an encoding.
///
/// A symbol takes three bytes, the lowest first: the bits that follow its code, then the number of its table and its value. The
/// number of the bits that follow is the lower half of the value (ITU-T T.81, F.1.2).
package enum Symbols {
  package static let byteCount = 3
  /// Bytes that are read and overwritten after a symbol.
  package static let slack = 1
  /// A difference of DC has at most 11 bits.
  package static let followingBits: UInt32 = 11

  /// The tables in the order of the file: DC and AC of luma, then of chroma.
  package static let tableCount = 4
  /// Values of all tables.
  package static let count = tableCount * 256

  /// Bits of a symbol's code that hold a length.
  package static let lengthBits: UInt32 = 5
  private static let maxLength = 16 + 11

  /// The code of a symbol, with zeros for the bits that follow, and below it the number of all these bits.
  static func entry(symbol: Int, code: UInt32, length: UInt32) -> UInt32 {
    let following = UInt32(symbol & 15)
    return code << (following + lengthBits) | (length + following)
  }

  static func length(of entry: UInt32) -> Int { Int(entry & (1 << lengthBits - 1)) }

  /// Upper bound of the bytes that are written for symbols and pending bits, if all bytes are stuffed.
  package static func maxOutputByteCount(_ count: Int) -> Int { 2 * (count * maxLength / 8 + 16) }
}

/// The last bits of a scan, which do not fill a word of 64.
package struct PendingBits {
  /// In the lower bits; the upper ones are undefined.
  package var bits: UInt64 = 0
  package var count = 0

  package init() {}

  /// The end of the scan, filled up by ones.
  var finalBytes: [UInt8] {
    var result: [UInt8] = []
    var left = count
    while left > 0 {
      let byte = left >= 8 ? bits >> UInt64(left - 8) : bits << UInt64(8 - left) | (1 << UInt64(8 - left) - 1)
      result.append(UInt8(truncatingIfNeeded: byte))
      if result.last == 0xFF { result.append(0) }
      left -= 8
    }
    return result
  }
}
