internal import Imaging

/// Decodes a sequential scan of all components, MCU by MCU, straight to samples.
struct BaselineDecoder: ~Copyable {
  /// One block of an MCU.
  private struct BlockPlan: BitwiseCopyable {
    let component: Int
    let output: ComponentOutput
    let dc: HuffmanTable
    let ac: HuffmanTable
    /// Its place in the MCU, and how far that of the next MCU is.
    let column: Int
    let columnStep: Int
    let row: Int
    let rowStep: Int
  }

  private let frame: Frame
  private let plans: Memory<BlockPlan>
  private let zigzag: Memory<UInt8>
  /// All zeros between blocks.
  private let block: Memory<Int16>
  private let predictions: Memory<Int>
  private var reader: ScanReader
  private var bits = Bits()
  private let restartInterval: Int
  private var toRestart: Int

  private static let windowSize = 32 << 10

  static func scratchByteCount(_ file: ParsedFile) -> Int {
    6 * HuffmanTable.byteCount + Scratch.byteCount(10, BlockPlan.self) + 4 * Scratch.byteCount(64, Int64.self)
      + ScanReader.byteCount(window: windowSize)
  }

  init(_ file: ParsedFile, outputs: [ComponentOutput], source: UnsafeRawPointer, scratch: inout Scratch)
    throws(Declined)
  {
    let scan = file.scans[0]
    frame = file.frame
    zigzag = Zigzag.table(&scratch)
    block = scratch.take(64, Int16.self)
    block.fill(0)
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
      for row in 0..<component.down {
        for column in 0..<component.across {
          plans.append(
            BlockPlan(
              component: index, output: outputs[index], dc: dc, ac: ac, column: column, columnStep: component.across,
              row: row, rowStep: component.down))
        }
      }
    }
    self.plans = scratch.take(plans.count, BlockPlan.self)
    for (index, plan) in plans.enumerated() { self.plans[index] = plan }
  }

  /// Decodes a row of MCUs; they come in their order.
  mutating func decode(mcuRow: Int) throws(Declined) {
    var trouble = InverseDCT.Trouble()
    for mcu in 0..<frame.mcuColumns {
      if restartInterval > 0 {
        if toRestart == 0 { try restart() }
        toRestart -= 1
      }
      try decode(mcu: mcu, mcuRow: mcuRow, &trouble)
    }
    guard trouble.isNone else { throw .range }
  }

  mutating func finish() throws(Declined) { try reader.finish(bits) }

  private mutating func restart() throws(Declined) {
    bits = try reader.restart(bits)
    predictions.fill(0)
    toRestart = restartInterval
  }

  @inline(__always)
  private mutating func decode(mcu: Int, mcuRow: Int, _ trouble: inout InverseDCT.Trouble) throws(Declined) {
    var bits = self.bits
    let window = reader.window
    for index in 0..<plans.count {
      let plan = plans[index]
      if bits.next > reader.limit { bits.next = try reader.advance(bits.next) }
      bits.refill(window)
      let difference = plan.dc.meaning(bits.bits)
      guard difference.steps != Meaning.illegal else { throw .code }
      bits.drop(difference.bits)
      let dc = predictions[plan.component] &+ difference.value
      predictions[plan.component] = dc
      let (column, row) = (mcu &* plan.columnStep &+ plan.column, mcuRow &* plan.rowStep &+ plan.row)
      let isInPicture = column < plan.output.blocksAcross && row < plan.output.blocksDown
      if isInPicture && plan.output.needsDetails {
        if try details(&bits, window, plan.ac) {
          plan.output.put(block, dc: dc, column: column, row: row, &trouble)
          continue
        }
      } else {
        try passOverDetails(&bits, window, plan.ac)
        if !isInPicture || !plan.output.isNeeded { continue }
      }
      plan.output.putFlat(dc, column: column, row: row, &trouble)
    }
    self.bits = bits
  }

  /// Decodes the coefficients of a block behind DC.
  /// - Returns: whether there are any.
  @inline(__always)
  private func details(_ bits: inout Bits, _ window: Memory<UInt8>, _ table: HuffmanTable) throws(Declined) -> Bool {
    var place = 0
    while true {
      // Two meanings have 62 bits at most, but only the first can be that long: the second is looked up in what is left,
      // and is known to the table or has its bits refilled first.
      bits.refill(window)
      let meaning = table.meaning(bits.bits)
      bits.drop(meaning.bits)
      place &+= meaning.steps
      if place >= 63 {
        if place == 63 { block[63] = Int16(truncatingIfNeeded: meaning.value) }
        break
      }
      // In bounds: a place below 63, and the order's 64 numbers are below 64.
      block[Int(zigzag[place])] = Int16(truncatingIfNeeded: meaning.value)
    }
    guard place == 63 || (Meaning.end..<Meaning.illegal).contains(place) else { throw .code }
    return place != Meaning.end
  }

  /// The same for a block of which only DC is needed.
  @inline(__always)
  private func passOverDetails(_ bits: inout Bits, _ window: Memory<UInt8>, _ table: HuffmanTable) throws(Declined) {
    var place = 0
    repeat {
      bits.refill(window)
      let meaning = table.meaning(bits.bits)
      bits.drop(meaning.bits)
      place &+= meaning.steps
    } while place < 63
    guard place == 63 || (Meaning.end..<Meaning.illegal).contains(place) else { throw .code }
  }
}
