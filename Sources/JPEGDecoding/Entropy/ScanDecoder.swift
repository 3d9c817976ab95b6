/// Decodes one scan of a progressive file, a row of MCUs at a time (ITU-T T.81, G.1.2 and G.2).
struct ScanDecoder: RowStage {
  private let scan: ScanHeader
  private let frame: Frame
  private let offsets: Memory<UInt16>
  private let means: DCScan?
  /// Of a scan of details.
  private let table: HuffmanTable?
  /// Of a component's details those that its samples depend on.
  private let needed: UInt64
  private var input: ScanInput
  /// Blocks from here on in which this scan tells of no new coefficient.
  private var endRun = 0

  /// Of any scan, beside its Huffman tables.
  static let readerByteCount = ScanInput.byteCount + DCScan.unitByteCount

  /// A first scan of DC has a table for each component, others have one or none.
  static func scratchByteCount(_ scan: ScanHeader) -> Int {
    ScanInput.byteCount + (scan.isOfDetails ? HuffmanTable.byteCount : DCScan.scratchByteCount(scan))
  }

  init(
    _ scan: ScanHeader, _ frame: Frame, rows: [CoefficientRow], layout: CoefficientLayout, needed: UInt64,
    source: UnsafeRawPointer, scratch: inout Scratch
  ) throws(Declined) {
    self.scan = scan
    self.frame = frame
    offsets = layout.offsets
    self.needed = needed
    input = unsafe ScanInput(scan, source: source, scratch: &scratch)
    if scan.isOfDetails {
      guard let code = scan.acTables[0] else { throw .tables }
      means = nil
      table = HuffmanTable(
        code, use: scan.high == 0 ? .firstDetails(low: scan.low) : .refinement(low: scan.low), scratch: &scratch)
    } else {
      means = try DCScan(scan, frame, rows: rows, scratch: &scratch)
      table = nil
    }
  }

  mutating func decode(mcuRow: Int, isNeeded: Bool, into rows: [CoefficientRow]) throws(Declined) {
    means?.point(to: rows)
    // A scan of details has no other component.
    let row = rows[scan.components[0]]
    if scan.components.count > 1 {
      try means?.decode(0..<(means?.units.count ?? 0), mcus: frame.mcuColumns, &input)
      return
    }
    // A scan of one component has one block an MCU, and none to fill up.
    let component = frame.components[scan.components[0]]
    for y in 0..<min(component.down, component.blocksDown - mcuRow * component.down) {
      guard let table else {
        try means?.decode(y..<y + 1, mcus: component.blocksAcross, &input)
        continue
      }
      let blocks = y * row.stride..<y * row.stride + component.blocksAcross
      if scan.high == 0 {
        try decodeDetails(row.blocks, blocks, table)
      } else {
        try refineDetails(row.blocks, blocks, table)
      }
    }
  }

  mutating func finish() throws(Declined) { try input.finish() }

  // MARK: - AC, first

  private mutating func decodeDetails(
    _ blocks: Blocks, _ range: Range<Int>, _ table: HuffmanTable
  ) throws(Declined) {
    let window = input.window
    var (bits, endRun) = (input.bits, self.endRun)
    for block in range {
      if try input.countMCU(&bits) { endRun = 0 }
      if endRun > 0 {
        endRun -= 1
        continue
      }
      try input.prepare(&bits)
      let coefficients = blocks.block(block)
      var nonzeros = blocks.nonzeros[block]
      var place = scan.first &- 1
      let last = scan.last
      repeat {
        bits.refill(window)
        let meaning = bits.take(table, window)
        place &+= meaning.steps
        if place > last {
          guard (Meaning.end..<Meaning.illegal).contains(place) else { throw .code }
          endRun = meaning.unsignedValue &- 1
          break
        }
        // In bounds: a place up to 63. Passed over are 16 zeros with the value zero.
        coefficients[Int(offsets[place])] = Int16(truncatingIfNeeded: meaning.value)
        nonzeros |= (meaning.value == 0 ? 0 : 1) &<< UInt64(truncatingIfNeeded: place)
      } while place < last
      blocks.nonzeros[block] = nonzeros
    }
    (input.bits, self.endRun) = (bits, endRun)
  }

  // MARK: - AC, refined

  private mutating func refineDetails(
    _ blocks: Blocks, _ range: Range<Int>, _ table: HuffmanTable
  ) throws(Declined) {
    let window = input.window
    let band = (UInt64.max &>> UInt64(63 &- scan.last)) & (UInt64.max &<< UInt64(scan.first))
    let unit = Int16(1) &<< Int16(scan.low)
    var (bits, endRun) = (input.bits, self.endRun)
    for block in range {
      if try input.countMCU(&bits) { endRun = 0 }
      let known = blocks.nonzeros[block]
      if endRun > 0 && known & band == 0 {
        endRun -= 1
        continue
      }
      try input.prepare(&bits)
      var refinement = Refinement(
        bits: bits, window: window, coefficients: blocks.block(block), offsets: offsets, known: known)
      var ahead = band
      if endRun == 0 { endRun = try refinement.takeNew(&ahead, table) }
      if endRun > 0 {
        refinement.collect(allOf: known & ahead)
        endRun -= 1
      }
      refinement.correct(known & band, needed: needed, unit: unit)
      blocks.nonzeros[block] = refinement.nonzeros
      bits = refinement.bits
    }
    (input.bits, self.endRun) = (bits, endRun)
  }
}
