internal import Imaging

/// Decodes a sequential scan of all components, some MCUs at a time: their coefficients first, then their samples.
struct BaselineDecoder: ~Copyable {
  /// One block of an MCU.
  private struct BlockPlan: BitwiseCopyable {
    let component: Int
    let needsDetails: Bool
    let dc: HuffmanTable
    let ac: HuffmanTable
    let pairs: PairTable
    let skips: SkipTable
    /// Its place in the MCU.
    let column: Int
    let row: Int
  }

  private let frame: Frame
  private let outputs: [ComponentOutput]
  private let plans: Memory<BlockPlan>
  private let zigzag: Memory<UInt8>
  private let group: Blocks
  /// MCUs of a group.
  private let groupSize: Int
  private let predictions: Memory<Int>
  private var reader: ScanReader
  private var bits = Bits()
  private let restartInterval: Int
  private var toRestart: Int

  private static let windowSize = 4 << 10

  static func scratchByteCount(_ file: ParsedFile) -> Int {
    6 * HuffmanTable.byteCount + 3 * (PairTable.byteCount + SkipTable.byteCount)
      + Scratch.byteCount(10, BlockPlan.self) + Scratch.byteCount(256, UInt8.self)
      + Scratch.byteCount(3, Int.self) + Blocks.scratchByteCount(BlockRun.most)
      + ScanReader.byteCount(window: windowSize)
  }

  init(
    _ file: ParsedFile, outputs: [ComponentOutput], source: UnsafeRawPointer, scratch: inout Scratch
  ) throws(Declined) {
    let scan = file.scans[0]
    frame = file.frame
    self.outputs = outputs
    zigzag = Zigzag.table(&scratch)
    group = Blocks(BlockRun.most, hasDetails: true, scratch: &scratch)
    predictions = scratch.take(3, Int.self)
    predictions.fill(0)
    reader = unsafe ScanReader(
      source: source, range: scan.data, windowSize: BaselineDecoder.windowSize, scratch: &scratch)
    restartInterval = scan.restartInterval
    toRestart = scan.restartInterval
    var plans: [BlockPlan] = []
    for (index, component) in frame.components.enumerated() {
      guard let dcCode = scan.dcTables[index], let acCode = scan.acTables[index] else { throw .tables }
      guard dcCode.symbols.allSatisfy({ $0 <= 15 }) else { throw .tables }
      let dc = HuffmanTable(dcCode, use: .dc(low: 0), scratch: &scratch)
      let ac = HuffmanTable(acCode, use: .details, scratch: &scratch)
      let pairs = PairTable(ac, scratch: &scratch)
      let skips = SkipTable(ac, scratch: &scratch)
      for row in 0..<component.down {
        for column in 0..<component.across {
          plans.append(
            BlockPlan(
              component: index, needsDetails: outputs[index].needsDetails, dc: dc, ac: ac, pairs: pairs, skips: skips,
              column: column, row: row))
        }
      }
    }
    groupSize = BlockRun.most / plans.count
    self.plans = scratch.take(plans.count, BlockPlan.self)
    for (index, plan) in plans.enumerated() { self.plans[index] = plan }
  }

  /// Decodes a row of MCUs; they come in their order.
  mutating func decode(mcuRow: Int) throws(Declined) {
    var trouble = InverseDCT.Trouble()
    for first in stride(from: 0, to: frame.mcuColumns, by: groupSize) {
      let count = min(groupSize, frame.mcuColumns - first)
      try decodeGroup(count)
      for index in 0..<plans.count { transform(index, mcuRow, first..<first + count, &trouble) }
    }
    guard trouble.isNone else { throw .range }
  }

  mutating func finish() throws(Declined) { try reader.finish(bits) }

  // MARK: - Coefficients

  /// Decodes the blocks of so many MCUs.
  @inline(never) private mutating func decodeGroup(_ count: Int) throws(Declined) {
    var bits = self.bits
    // What of DC goes beyond 16 bits: any bit that is set.
    var (block, wide) = (0, 0)
    for _ in 0..<count {
      if restartInterval > 0 { try countMCU(&bits) }
      for index in 0..<plans.count {
        if bits.next > reader.limit { bits.next = try reader.advance(bits.next) }
        bits.refill(reader.window)
        let difference = bits.take(plans[index].dc, reader.window)
        let dc = predictions[plans[index].component] &+ difference.value
        predictions[plans[index].component] = dc
        group.dc[block] = Int16(truncatingIfNeeded: dc)
        wide |= (dc &+ (1 &<< 15)) &>> 16
        let end: Int
        if plans[index].needsDetails {
          end = details(&bits, plans[index].pairs, plans[index].ac, group.block(block))
          group.nonzeros[block] = end == Meaning.end ? 0 : 1
        } else {
          end = passOverDetails(&bits, plans[index].skips, plans[index].ac)
        }
        guard difference.steps != Meaning.illegal, end == 63 || end & ~63 == Meaning.end else { throw .code }
        block &+= 1
      }
    }
    self.bits = bits
    guard wide == 0 else { throw .range }
  }

  @inline(never) private mutating func countMCU(_ bits: inout Bits) throws(Declined) {
    if toRestart == 0 {
      bits = try reader.restart(bits)
      predictions.fill(0)
      toRestart = restartInterval
    }
    toRestart -= 1
  }

  /// Decodes the coefficients of a block behind DC. 44 bits are there.
  /// - Returns: the place behind the last step.
  @inline(__always) private func details(
    _ bits: inout Bits, _ pairs: PairTable, _ table: HuffmanTable, _ block: Memory<Int16>
  ) -> Int {
    var place = 0
    while true {
      // 4 * 11 <= 44
      if decodePair(&bits, &place, pairs, table, block) { return place }
      if decodePair(&bits, &place, pairs, table, block) { return place }
      if decodePair(&bits, &place, pairs, table, block) { return place }
      if decodePair(&bits, &place, pairs, table, block) { return place }
      bits.refill(reader.window)
    }
  }

  /// - Returns: whether the block ends.
  @inline(__always) private func decodePair(
    _ bits: inout Bits, _ place: inout Int, _ pairs: PairTable, _ table: HuffmanTable, _ block: Memory<Int16>
  ) -> Bool {
    let pair = pairs.pair(bits.bits)
    if pair == 0 { return decodeOne(&bits, &place, table, block) }
    let one = place &+ Int(truncatingIfNeeded: pair &>> 16 & 0xFF)
    let both = place &+ Int(truncatingIfNeeded: pair &>> 8 & 0xFF)
    // In bounds: the place was below 63, and a pair's steps are at most 192; the order of places beyond 63 is 64.
    block[Int(zigzag[one])] = Int16(truncatingIfNeeded: pair &>> 32)
    block[Int(zigzag[both])] = Int16(truncatingIfNeeded: pair &>> 48)
    place = both
    if both >= 63 {
      // Where the first ends the block, the other is the next block's, and its value went to place 64.
      if one >= 63 { place = one }
      bits.drop(Int(truncatingIfNeeded: (one >= 63 ? pair &>> 24 : pair) & 0xFF))
      return true
    }
    bits.drop(Int(truncatingIfNeeded: pair & 0xFF))
    return false
  }

  /// One meaning, of any length; leaves 56 bits.
  @inline(__always) private func decodeOne(
    _ bits: inout Bits, _ place: inout Int, _ table: HuffmanTable, _ block: Memory<Int16>
  ) -> Bool {
    bits.refill(reader.window)
    let meaning = table.any(bits.bits)
    bits.drop(meaning.bits)
    bits.refill(reader.window)
    place &+= meaning.steps
    // In bounds, as above.
    block[Int(zigzag[place])] = Int16(truncatingIfNeeded: meaning.value)
    return place >= 63
  }

  /// The same for a block of which only DC is needed.
  @inline(__always) private func passOverDetails(_ bits: inout Bits, _ skips: SkipTable, _ table: HuffmanTable) -> Int {
    var place = 0
    while true {
      // 3 * 12 <= 44
      if passOver(&bits, &place, skips, table) { return place }
      if passOver(&bits, &place, skips, table) { return place }
      if passOver(&bits, &place, skips, table) { return place }
      bits.refill(reader.window)
    }
  }

  /// - Returns: whether the block ends.
  @inline(__always) private func passOver(
    _ bits: inout Bits, _ place: inout Int, _ skips: SkipTable, _ table: HuffmanTable
  ) -> Bool {
    let skip = skips.skip(bits.bits)
    let next = place &+ skip &>> 8
    // Sure of the end only where the last symbol ends the block, and none before it.
    if next < 63 ? skip != 0 : next >= Meaning.end && next < Meaning.end + 63 {
      bits.drop(skip & 0xFF)
      place = next
      return next >= 63
    }
    bits.refill(reader.window)
    let meaning = table.any(bits.bits)
    bits.drop(meaning.bits)
    bits.refill(reader.window)
    place &+= meaning.steps
    return place >= 63
  }

  // MARK: - Samples

  /// The samples of a group's blocks that have one place in their MCUs.
  private func transform(_ index: Int, _ mcuRow: Int, _ mcus: Range<Int>, _ trouble: inout InverseDCT.Trouble) {
    let (plan, output) = (plans[index], outputs[plans[index].component])
    let component = frame.components[plan.component]
    let row = mcuRow * component.down + plan.row
    // Other blocks only fill up their MCUs.
    let columns = (output.blocksAcross - plan.column + component.across - 1) / component.across
    let visible = output.isNeeded && row < output.blocksDown ? max(0, min(mcus.count, columns - mcus.lowerBound)) : 0
    output.put(
      BlockRun(
        blocks: group, first: index, step: plans.count, count: visible, row: row,
        column: mcus.lowerBound * component.across + plan.column, columnStep: component.across), &trouble)
    if !output.needsDetails { return }
    for number in visible..<mcus.count where group.nonzeros[index + number * plans.count] != 0 {
      group.clear(index + number * plans.count)
    }
  }
}
