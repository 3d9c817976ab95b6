// The codes of one block of a sequential scan (ITU-T T.81, F.2.2), two at a look.

/// What they are decoded by. Components of the same codes share them, as chroma mostly does: together they take more than
/// the nearest cache.
struct BlockTables: BitwiseCopyable {
  private let dc: HuffmanTable
  private let ac: HuffmanTable
  /// Of DC and the symbol behind it.
  fileprivate let starts: PairTable
  fileprivate let pairs: PairTable
  fileprivate let skips: SkipTable

  static let byteCount = 2 * (HuffmanTable.byteCount + PairTable.byteCount) + SkipTable.byteCount

  init(_ dcCode: HuffmanCode, _ acCode: HuffmanCode, scratch: inout Scratch) {
    dc = HuffmanTable(dcCode, use: .dc(low: 0), scratch: &scratch)
    ac = HuffmanTable(acCode, use: .details, scratch: &scratch)
    starts = PairTable(dc, next: ac, scratch: &scratch)
    pairs = PairTable(ac, next: ac, scratch: &scratch)
    skips = SkipTable(ac, scratch: &scratch)
  }

  @inline(__always) fileprivate func longDC(_ bits: UInt64) -> Meaning { dc.long(bits) }
  @inline(__always) fileprivate func longAC(_ bits: UInt64) -> Meaning { ac.long(bits) }
}

extension Bits {
  /// Takes DC and, mostly, the symbol behind it; leaves 44 bits.
  /// - Returns: the place of the last of them, and its value: any where that is DC.
  @inline(__always) mutating func takeStart(
    _ tables: BlockTables, _ window: Memory<UInt8>
  ) -> (difference: Int, place: Int, detail: Int16) {
    refill(window)
    let pair = tables.starts.pair(bits)
    if _slowPath(pair.isUnusual) {
      let meaning = pair == 0 ? tables.longDC(bits) : pair.meaning(bits)
      drop(meaning.bits)
      refill(window)
      return (meaning.value, meaning.steps, 0)
    }
    drop(lowestByteOf: pair)
    return (
      Int(Int16(truncatingIfNeeded: pair &>> 16)), Int(truncatingIfNeeded: pair &>> 8 & 0xFF),
      Int16(truncatingIfNeeded: pair &>> 32)
    )
  }

  /// Takes the coefficients behind a place before the last. 44 bits are there.
  /// - Returns: the place behind the last step.
  @inline(__always) mutating func takeDetails(
    behind start: Int, _ tables: BlockTables, _ window: Memory<UInt8>, _ offsets: Memory<UInt16>,
    into block: Memory<Int16>
  ) -> Int {
    var place = start
    while true {
      // 4 * 10 <= 44
      if takePair(&place, tables, window, offsets, block) { return place }
      if takePair(&place, tables, window, offsets, block) { return place }
      if takePair(&place, tables, window, offsets, block) { return place }
      if takePair(&place, tables, window, offsets, block) { return place }
      refill(window)
    }
  }

  /// - Returns: whether the block ends.
  @inline(__always) private mutating func takePair(
    _ place: inout Int, _ tables: BlockTables, _ window: Memory<UInt8>, _ offsets: Memory<UInt16>,
    _ block: Memory<Int16>
  ) -> Bool {
    let pair = tables.pairs.pair(bits)
    if _slowPath(pair.isUnusual) {
      let meaning = takeUnusual(pair, &place, tables, window)
      // In bounds, as below.
      block[Int(offsets[place])] = Int16(truncatingIfNeeded: meaning.value)
      return place >= 63
    }
    let one = place &+ Int(truncatingIfNeeded: pair &>> 48 & 0xFF)
    place &+= Int(truncatingIfNeeded: pair &>> 8 & 0xFF)
    // In bounds: the place was below 63, and a pair's steps are at most 192; the table has an offset in the octet for each.
    block[Int(offsets[one])] = Int16(truncatingIfNeeded: pair &>> 16)
    block[Int(offsets[place])] = Int16(truncatingIfNeeded: pair &>> 32)
    if _slowPath(one == 63 && place > 63) {
      // The first is the last coefficient. The other is of the next block; its value went where nobody looks.
      place = one
      drop(lowestByteOf: pair &>> 56)
      return true
    }
    drop(lowestByteOf: pair)
    return place >= 63
  }

  /// One meaning that no pair tells; leaves 56 bits.
  @inline(__always) private mutating func takeUnusual(
    _ pair: Pair, _ place: inout Int, _ tables: BlockTables, _ window: Memory<UInt8>
  ) -> Meaning {
    refill(window)
    let meaning = pair == 0 ? tables.longAC(bits) : pair.meaning(bits)
    drop(meaning.bits)
    refill(window)
    place &+= meaning.steps
    return meaning
  }

  /// The same as `takeDetails` for a block of which only DC is needed.
  @inline(__always) mutating func passOverDetails(
    behind start: Int, _ tables: BlockTables, _ window: Memory<UInt8>
  ) -> Int {
    var place = start
    while true {
      // 3 * 12 <= 44
      if passOver(&place, tables, window) { return place }
      if passOver(&place, tables, window) { return place }
      if passOver(&place, tables, window) { return place }
      refill(window)
    }
  }

  /// - Returns: whether the block ends.
  @inline(__always) private mutating func passOver(
    _ place: inout Int, _ tables: BlockTables, _ window: Memory<UInt8>
  ) -> Bool {
    let skip = tables.skips.skip(bits)
    let next = place &+ skip &>> 8
    // Sure of the end only where the last symbol ends the block, and none before it.
    if next < 63 ? skip != 0 : next >= Meaning.end && next < Meaning.end + 63 {
      drop(skip & 0xFF)
      place = next
    } else {
      _ = takeUnusual(0, &place, tables, window)
    }
    return place >= 63
  }
}
