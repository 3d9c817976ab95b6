internal import Imaging

/// Decodes a sequential scan of all components, some MCUs at a time: their coefficients first, then their samples.
struct BaselineDecoder: RowDecoder, ~Copyable {
  /// One block of an MCU.
  private struct BlockPlan: BitwiseCopyable {
    let component: Int
    let needsDetails: Bool
    let tables: BlockTables
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
  private var input: ScanInput

  static func scratchByteCount(_ file: ParsedFile) -> Int {
    3 * BlockTables.byteCount
      + Scratch.byteCount(10, BlockPlan.self) + Scratch.byteCount(256, UInt8.self)
      + Scratch.byteCount(3, Int.self) + Blocks.scratchByteCount(BlockRun.most)
      + ScanInput.byteCount
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
    input = unsafe ScanInput(scan, source: source, scratch: &scratch)
    var plans: [BlockPlan] = []
    var made: [[HuffmanCode]: BlockTables] = [:]
    for (index, component) in frame.components.enumerated() {
      guard let dcCode = scan.dcTables[index], let acCode = scan.acTables[index] else { throw .tables }
      guard dcCode.symbols.allSatisfy({ $0 <= 15 }) else { throw .tables }
      // Components share them, as chroma mostly does, so that more of them stays in the nearest cache.
      let codes = [dcCode, acCode]
      let tables = made[codes] ?? BlockTables(dcCode, acCode, scratch: &scratch)
      made[codes] = tables
      for row in 0..<component.down {
        for column in 0..<component.across {
          plans.append(
            BlockPlan(
              component: index, needsDetails: outputs[index].needsDetails, tables: tables,
              column: column, row: row))
        }
      }
    }
    groupSize = BlockRun.most / plans.count
    self.plans = scratch.take(plans.count, BlockPlan.self)
    for (index, plan) in plans.enumerated() { self.plans[index] = plan }
  }

  mutating func decode(mcuRow: Int, isNeeded: Bool) throws(Declined) {
    var trouble = InverseDCT.Trouble()
    for first in stride(from: 0, to: frame.mcuColumns, by: groupSize) {
      let count = min(groupSize, frame.mcuColumns - first)
      try decodeGroup(count, withDetails: isNeeded)
      if !isNeeded { continue }
      for index in 0..<plans.count { transform(index, mcuRow, first..<first + count, &trouble) }
    }
    guard trouble.isNone else { throw .range }
  }

  mutating func finish() throws(Declined) { try input.finish() }

  // MARK: - Coefficients

  /// Decodes the blocks of so many MCUs.
  /// - Parameter withDetails: whether more than DC is wanted of those that have details.
  @inline(never) private mutating func decodeGroup(_ count: Int, withDetails: Bool) throws(Declined) {
    var bits = input.bits
    let window = input.window
    // What of DC goes beyond 16 bits: any bit that is set.
    var (block, wide) = (0, 0)
    for _ in 0..<count {
      if try input.countMCU(&bits) { predictions.fill(0) }
      for index in 0..<plans.count {
        try input.prepare(&bits)
        let start = bits.takeStart(plans[index].tables, window)
        let dc = predictions[plans[index].component] &+ start.difference
        predictions[plans[index].component] = dc
        group.dc[block] = Int16(truncatingIfNeeded: dc)
        wide |= (dc &+ (1 &<< 15)) &>> 16
        var end = start.place
        if plans[index].needsDetails && withDetails {
          let coefficients = group.block(block)
          coefficients[Int(zigzag[end])] = start.detail
          if end < 63 {
            end = bits.takeDetails(behind: end, plans[index].tables, window, zigzag, into: coefficients)
          }
          group.nonzeros[block] = end == Meaning.end ? 0 : 1
        } else if end < 63 {
          end = bits.passOverDetails(behind: end, plans[index].tables, window)
        }
        guard end == 63 || end & ~63 == Meaning.end else { throw .code }
        block &+= 1
      }
    }
    input.bits = bits
    guard wide == 0 else { throw .range }
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
