internal import JPEGDecoding

// Decodes one block of a sequential scan (ITU-T T.81, F.2.2), two symbols per lookup.

/// The tables for one component. Components with equal codes share them, as chroma usually does, because all tables together are
/// larger than the L1 cache.
struct BlockTables: BitwiseCopyable {
  private let dc: HuffmanTable
  private let ac: HuffmanTable
  /// Pairs of DC and the first symbol of AC.
  fileprivate let starts: SymbolPairTable
  fileprivate let pairs: SymbolPairTable
  fileprivate let skips: SkipTable

  static let byteCount = 2 * (HuffmanTable.byteCount + SymbolPairTable.byteCount) + SkipTable.byteCount

  /// - Parameter skipsAC: whether blocks are expected of which only DC is needed.
  init(_ dcCode: HuffmanCode, _ acCode: HuffmanCode, skipsAC: Bool, scratch: inout ScratchArena) {
    // Pairs are made from indices of 10 bits, followed by zeros.
    let filled = skipsAC ? HuffmanTable.indexBits : SymbolPairTable.indexBits
    dc = HuffmanTable(dcCode, use: .dc(low: 0), filled: filled, scratch: &scratch)
    ac = HuffmanTable(acCode, use: .ac, filled: filled, scratch: &scratch)
    starts = SymbolPairTable(dc, next: ac, scratch: &scratch)
    pairs = SymbolPairTable(ac, next: ac, scratch: &scratch)
    skips = SkipTable(ac, isUsed: skipsAC, scratch: &scratch)
  }

  @inline(__always) fileprivate func longDC(_ bits: UInt64) -> DecodedSymbol { dc.long(bits) }
  @inline(__always) fileprivate func longAC(_ bits: UInt64) -> DecodedSymbol { ac.long(bits) }
}

extension Bits {
  /// Takes DC and usually the next symbol. Leaves at least 44 bits.
  /// - Returns: the DC difference, and the index and value of the last coefficient taken. The value is arbitrary if that is DC.
  @inline(__always) mutating func takeStart(
    _ tables: BlockTables, _ window: UncheckedBuffer<UInt8>
  ) -> (difference: Int, index: Int, ac: Int16) {
    refill(window)
    let pair = tables.starts.pair(bits)
    if _slowPath(pair.isUnusual) {
      let decoded = pair == 0 ? tables.longDC(bits) : pair.decoded(bits)
      drop(decoded.bits)
      refill(window)
      return (decoded.value, decoded.steps, 0)
    }
    drop(lowestByteOf: pair)
    return (
      Int(Int16(truncatingIfNeeded: pair &>> 16)), Int(truncatingIfNeeded: pair &>> 8 & 0xFF),
      Int16(truncatingIfNeeded: pair &>> 32)
    )
  }

  /// Takes the coefficients after `start`, which is below 63. At least 44 bits must be present.
  /// - Returns: the index after the last step.
  @inline(__always) mutating func takeAC(
    behind start: Int, _ tables: BlockTables, _ window: UncheckedBuffer<UInt8>, _ offsets: UncheckedBuffer<UInt16>,
    into block: UncheckedBuffer<Int16>
  ) -> Int {
    var index = start
    while true {
      // 4 * 10 <= 44
      if takePair(&index, tables, window, offsets, block) { return index }
      if takePair(&index, tables, window, offsets, block) { return index }
      if takePair(&index, tables, window, offsets, block) { return index }
      if takePair(&index, tables, window, offsets, block) { return index }
      refill(window)
    }
  }

  /// - Returns: whether the block ends.
  @inline(__always) private mutating func takePair(
    _ index: inout Int, _ tables: BlockTables, _ window: UncheckedBuffer<UInt8>, _ offsets: UncheckedBuffer<UInt16>,
    _ block: UncheckedBuffer<Int16>
  ) -> Bool {
    let pair = tables.pairs.pair(bits)
    if _slowPath(pair.isUnusual) {
      let decoded = takeUnusual(pair, &index, tables, window)
      // In bounds, as below.
      block[Int(offsets[index])] = Int16(truncatingIfNeeded: decoded.value)
      return index >= 63
    }
    let one = index &+ Int(truncatingIfNeeded: pair &>> 48 & 0xFF)
    index &+= Int(truncatingIfNeeded: pair &>> 8 & 0xFF)
    // In bounds: the index was below 63, and a pair advances it by at most 192; `offsets` has 256 entries, all within the group.
    block[Int(offsets[one])] = Int16(truncatingIfNeeded: pair &>> 16)
    block[Int(offsets[index])] = Int16(truncatingIfNeeded: pair &>> 32)
    if _slowPath(one == 63 && index > 63) {
      // The first symbol is the last coefficient. The second belongs to the next block; its value went to the unused element.
      index = one
      drop(lowestByteOf: pair &>> 56)
      return true
    }
    drop(lowestByteOf: pair)
    return index >= 63
  }

  /// Takes one symbol that is in no pair. Leaves at least 56 bits.
  @inline(__always) private mutating func takeUnusual(
    _ pair: Pair, _ index: inout Int, _ tables: BlockTables, _ window: UncheckedBuffer<UInt8>
  ) -> DecodedSymbol {
    refill(window)
    let decoded = pair == 0 ? tables.longAC(bits) : pair.decoded(bits)
    drop(decoded.bits)
    refill(window)
    index &+= decoded.steps
    return decoded
  }

  /// The same as `takeAC` for a block that needs only DC.
  @inline(__always) mutating func skipAC(
    behind start: Int, _ tables: BlockTables, _ window: UncheckedBuffer<UInt8>
  ) -> Int {
    var index = start
    while true {
      // 3 * 12 <= 44
      if skip(&index, tables, window) { return index }
      if skip(&index, tables, window) { return index }
      if skip(&index, tables, window) { return index }
      refill(window)
    }
  }

  /// - Returns: whether the block ends.
  @inline(__always) private mutating func skip(
    _ index: inout Int, _ tables: BlockTables, _ window: UncheckedBuffer<UInt8>
  ) -> Bool {
    let skip = tables.skips.skip(bits)
    let next = index &+ skip &>> 8
    // The end is certain only if the last symbol ends the block and no symbol before it does.
    if next < 63 ? skip != 0 : next >= DecodedSymbol.end && next < DecodedSymbol.end + 63 {
      drop(skip & 0xFF)
      index = next
    } else {
      _ = takeUnusual(0, &index, tables, window)
    }
    return index >= 63
  }
}
