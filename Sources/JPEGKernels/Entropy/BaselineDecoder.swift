internal import JPEGDecoding

/// Decodes a sequential scan of all components, a group of up to eight MCUs at a time: first coefficients, then samples.
struct BaselineDecoder: ~Copyable {
  /// One block of an MCU, for eight MCUs.
  private struct BlockPlan: BitwiseCopyable {
    let component: Int
    let needsAC: Bool
    let output: ComponentOutput
    /// MCUs per row, and rows of MCUs, in which this block is part of the image. In the others it is padding.
    let mcuColumns: Int
    let mcuRows: Int
    let tables: BlockTables
    let offsets: UncheckedBuffer<UInt16>
    let blocks: BlockBatch
    /// The position of the block in its MCU.
    let column: Int
    let row: Int
    /// Distance to the same block of the next MCU, in blocks.
    let columnStep: Int
    let rowStep: Int
  }

  /// Where the coefficients of one plan's blocks are stored.
  private struct Target: BitwiseCopyable {
    let blocks: BlockBatch
    /// Index of the block of the first MCU, and the distance to the block of the next MCU.
    let first: Int
    let step: Int
  }

  private let frame: Frame
  private let plans: UncheckedBuffer<BlockPlan>
  /// One for each plan.
  private let targets: UncheckedBuffer<Target>
  /// The MCUs of a row that are needed.
  private let columns: Range<Int>
  private let predictions: UncheckedBuffer<Int>
  private var input: ScanInput

  static func scratchByteCount(_ file: ParsedFile) -> Int {
    let plans = Frame.maxBlocksPerMCU
    return 3 * BlockTables.byteCount + ScratchArena.byteCount(plans, BlockPlan.self)
      + ScratchArena.byteCount(plans, Target.self) + ScratchArena.byteCount(3, Int.self)
      + plans * BlockBatch.scratchByteCount(8) + ScanInput.byteCount
  }

  /// - Parameters:
  ///   - columns: the needed columns, nil for all.
  ///   - needsAllRows: whether `decode` is called for needed rows only.
  init(
    _ file: ParsedFile, outputs: [ComponentOutput], columns: Range<Int>?, needsAllRows: Bool, source: UnsafeRawPointer,
    scratch: inout ScratchArena
  ) throws(Unsupported) {
    let scan = file.scans[0]
    frame = file.frame
    self.columns = frame.mcuColumns(of: columns)
    predictions = scratch.take(3, Int.self)
    predictions.fill(0)
    input = unsafe ScanInput(scan, source: source, scratch: &scratch)
    var plans: [BlockPlan] = []
    let skipsAC = columns != nil || !needsAllRows || !outputs.allSatisfy { $0.needsAC }
    var made: [[HuffmanCode]: BlockTables] = [:]
    for (index, component) in frame.components.enumerated() {
      guard let dcCode = scan.dcTables[index], let acCode = scan.acTables[index] else { throw .tables }
      guard dcCode.symbols.allSatisfy({ $0 <= 15 }) else { throw .tables }
      // Components with equal codes share tables, as chroma usually does, so that more of the tables stay in the L1 cache.
      let codes = [dcCode, acCode]
      let tables = made[codes] ?? BlockTables(dcCode, acCode, skipsAC: skipsAC, scratch: &scratch)
      made[codes] = tables
      for row in 0..<component.down {
        for column in 0..<component.across {
          plans.append(
            BlockPlan(
              component: index, needsAC: outputs[index].needsAC, output: outputs[index],
              mcuColumns: (component.blocksAcross - column + component.across - 1) / component.across,
              mcuRows: (component.blocksDown - row + component.down - 1) / component.down, tables: tables,
              offsets: outputs[index].layout.offsets, blocks: outputs[index].blocks(8, scratch: &scratch),
              column: column, row: row, columnStep: component.across, rowStep: component.down))
        }
      }
    }
    self.plans = scratch.take(plans.count, BlockPlan.self)
    targets = scratch.take(plans.count, Target.self)
    for (index, plan) in plans.enumerated() {
      self.plans[index] = plan
      targets[index] = Target(blocks: plan.blocks, first: 0, step: 1)
    }
  }

  mutating func decode(_ row: MCURow) throws(Unsupported) {
    var rangeCheck = InverseDCT.RangeCheck()
    var first = 0
    // No group crosses the bounds of the needed columns.
    for bound in [columns.lowerBound, columns.upperBound, frame.mcuColumns] {
      let isNeeded = row.isNeeded && bound == columns.upperBound && first < bound
      while first < bound {
        let mcus = first..<min(first + 8, bound)
        try decodeGroup(0..<mcus.count, withAC: isNeeded)
        if isNeeded { for index in 0..<plans.count { transform(index, row, mcus, &rangeCheck) } }
        first = mcus.upperBound
      }
    }
    guard rangeCheck.isNone else { throw .range }
  }

  /// Decodes only the coefficients of a row of MCUs.
  mutating func decode(isNeeded: Bool, into rows: [CoefficientRow]) throws(Unsupported) {
    for index in 0..<plans.count {
      let (plan, row) = (plans[index], rows[plans[index].component])
      targets[index] = Target(
        blocks: row.blocks, first: plan.row * row.stride + plan.column, step: plan.columnStep)
    }
    try decodeGroup(0..<columns.lowerBound, withAC: false)
    try decodeGroup(columns, withAC: isNeeded)
    try decodeGroup(columns.upperBound..<frame.mcuColumns, withAC: false)
  }

  mutating func finish() throws(Unsupported) { try input.finish() }

  // MARK: - Coefficients

  /// Decodes the blocks of some MCUs of a group or a row.
  /// - Parameter withAC: whether the AC coefficients are needed, in components that need them at all.
  @inline(never) private mutating func decodeGroup(_ mcus: Range<Int>, withAC: Bool) throws(Unsupported) {
    var bits = input.bits
    let window = input.window
    // Nonzero after a DC beyond 16 bits.
    var wide = 0
    for mcu in mcus {
      if try input.countMCU(&bits) { predictions.fill(0) }
      for index in 0..<plans.count {
        try input.prepare(&bits)
        // In bounds: a group or a row has the blocks of these MCUs.
        let block = targets[index].first &+ mcu &* targets[index].step
        let start = bits.takeStart(plans[index].tables, window)
        let dc = predictions[plans[index].component] &+ start.difference
        predictions[plans[index].component] = dc
        targets[index].blocks.dc[block] = Int16(truncatingIfNeeded: dc)
        wide |= (dc &+ (1 &<< 15)) &>> 16
        var end = start.index
        if plans[index].needsAC && withAC {
          let (coefficients, offsets) = (targets[index].blocks.block(block), plans[index].offsets)
          coefficients[Int(offsets[end])] = start.ac
          if end < 63 {
            end = bits.takeAC(behind: end, plans[index].tables, window, offsets, into: coefficients)
          }
          // Bit 0 stands for no AC coefficient.
          targets[index].blocks.nonzeros[block] = 1 &<< UInt64(truncatingIfNeeded: end & 63) & ~1
        } else if end < 63 {
          end = bits.skipAC(behind: end, plans[index].tables, window)
        }
        guard end == 63 || end & ~63 == DecodedSymbol.end else { throw .code }
      }
    }
    input.bits = bits
    guard wide == 0 else { throw .range }
  }

  // MARK: - Samples

  /// Transforms the blocks of one plan in a group of MCUs to samples.
  private func transform(_ index: Int, _ row: MCURow, _ mcus: Range<Int>, _ rangeCheck: inout InverseDCT.RangeCheck) {
    let visible =
      row.index < plans[index].mcuRows ? min(mcus.upperBound, plans[index].mcuColumns) &- mcus.lowerBound : 0
    if visible <= 0 || !plans[index].output.isNeeded { return plans[index].blocks.clear() }
    plans[index].output.put(
      BlockGroup(
        blocks: plans[index].blocks, index: 0, count: visible,
        row: row.place &* plans[index].rowStep &+ plans[index].row,
        column: mcus.lowerBound &* plans[index].columnStep &+ plans[index].column,
        columnStep: plans[index].columnStep), &rangeCheck)
  }
}
