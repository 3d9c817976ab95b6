/// Builds the tables for the Huffman codes of a DEFLATE block (RFC 1951, 3.2.6 and 3.2.7).
package enum InflateCodes {
  /// Offsets of the tables, in entries: literals at 0, then distances, then code lengths. `capacity` is their total.
  package static let distances = HuffmanTable.literalCapacity
  private static let codeLengths = distances + HuffmanTable.distanceCapacity
  package static let capacity = codeLengths + 1 << HuffmanTable.lengthBits

  /// An upper bound for the header of a block: 17 bits, 19 of 3, and 316 of up to 14.
  package static let maxHeaderBytes = 640

  /// The tables of a block with fixed codes.
  @unsafe package static func makeFixed(_ tables: UnsafeMutablePointer<UInt32>) -> Bool {
    withLengths { lengths in
      for symbol in 0..<288 { lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8 }
      for symbol in 288..<320 { lengths[symbol] = 5 }
      return unsafe make(UncheckedBuffer(tables, count: capacity), lengths, literals: 288, distances: 32)
    }
  }

  /// Reads the codes of a block and builds their tables. Returns false if they are invalid. Reads at most `maxHeaderBytes` and
  /// `InflateLoop.inputSlack`.
  @unsafe package static func read(
    _ tables: UnsafeMutablePointer<UInt32>, bits: inout UInt64, bitCount: inout UInt64, input: inout UnsafeRawPointer
  ) -> Bool {
    let tables = unsafe UncheckedBuffer<UInt32>(tables, count: capacity)
    let rest = unsafe UncheckedBytes(reading: input, count: maxHeaderBytes &+ InflateLoop.inputSlack)
    var reader = BitReader(bits: bits, count: bitCount, rest: rest)
    defer {
      bits = reader.bits
      bitCount = reader.count
      unsafe input = UnsafeRawPointer(reader.rest.pointer)
    }
    reader.refill()
    let (literals, distances, count) = (257 + reader.take(5), 1 + reader.take(5), 4 + reader.take(4))
    guard literals <= 286, distances <= 30 else { return false }
    return withLengths { lengths in
      readLengthCodes(count, tables + codeLengths, lengths, &reader)
        && readLengths(literals + distances, tables + codeLengths, lengths, &reader)
        // A block needs a code for its end.
        && lengths[256] > 0 && make(tables, lengths, literals: literals, distances: distances)
    }
  }

  /// Room for the lengths of all literals and distances.
  @inline(__always)
  private static func withLengths(_ body: (UncheckedBytes) -> Bool) -> Bool {
    // SAFETY: the memory is lent for the call.
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 320) { lengths in
      unsafe body(UncheckedBuffer(lengths.baseAddress.unsafelyUnwrapped, count: lengths.count))
    }
  }

  @inline(__always)
  private static func readLengthCodes(
    _ count: Int, _ table: UncheckedBuffer<UInt32>, _ lengths: UncheckedBuffer<UInt8>,
    _ reader: inout BitReader
  ) -> Bool {
    /// The order of the code lengths in the header.
    let order: (SIMD16<UInt8>, SIMD4<UInt8>) = (
      SIMD16(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2), SIMD4(14, 1, 15, 0)
    )
    for index in 0..<19 {
      reader.refill()
      let symbol = index < 16 ? order.0[index] : order.1[index - 16]
      lengths[Int(symbol)] = index < count ? UInt8(reader.take(3)) : 0
    }
    return HuffmanTable.make(
      table, width: HuffmanTable.lengthBits, lengths: lengths.prefix(19), symbols: HuffmanTable.lengthSymbols,
      mayBeIncomplete: false)
  }

  @inline(__always)
  private static func readLengths(
    _ all: Int, _ table: UncheckedBuffer<UInt32>, _ lengths: UncheckedBuffer<UInt8>,
    _ reader: inout BitReader
  ) -> Bool {
    var symbol = 0
    while symbol < all {
      reader.refill()
      let entry = table[reader.low(HuffmanTable.lengthBits)]
      reader.skip(entry)
      let value = HuffmanTable.base(entry)
      if value < 16 {
        lengths[symbol] = UInt8(value)
        symbol += 1
        continue
      }
      guard value > 16 || symbol > 0 else { return false }
      let repeated = value == 16 ? lengths[symbol - 1] : 0
      let count = value == 16 ? 3 + reader.take(2) : value == 17 ? 3 + reader.take(3) : 11 + reader.take(7)
      guard symbol + count <= all else { return false }
      for index in symbol..<symbol + count { lengths[index] = repeated }
      symbol += count
    }
    return true
  }

  private static func make(
    _ tables: UncheckedBuffer<UInt32>, _ lengths: UncheckedBuffer<UInt8>, literals: Int, distances: Int
  ) -> Bool {
    guard
      HuffmanTable.make(
        tables.prefix(InflateCodes.distances), width: HuffmanTable.literalBits, lengths: lengths.prefix(literals),
        symbols: HuffmanTable.literalSymbols, mayBeIncomplete: false)
    else { return false }
    HuffmanTable.pairLiterals(tables, width: HuffmanTable.literalBits)
    return HuffmanTable.make(
      (tables + InflateCodes.distances).prefix(HuffmanTable.distanceCapacity), width: HuffmanTable.distanceBits,
      lengths: (lengths + literals).prefix(distances), symbols: HuffmanTable.distanceSymbols, mayBeIncomplete: true)
  }
}
