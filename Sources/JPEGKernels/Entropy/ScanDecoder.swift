internal import JPEGDecoding

/// Decodes one scan of a progressive file, a row of MCUs at a time (ITU-T T.81, G.1.2 and G.2).
struct ScanDecoder {
  private let scan: ScanHeader
  private let frame: Frame
  private let offsets: UncheckedBuffer<UInt16>
  private let dc: DCScan?
  /// Nil in a DC scan.
  private let table: HuffmanTable?
  /// The AC coefficients that the component's samples depend on.
  private let needed: UInt64
  private let deposit = BitDeposit.current
  private var input: ScanInput
  /// The number of following blocks without a new coefficient in this scan.
  private var endRun = 0

  /// Bytes of scratch of any scan, Huffman tables excluded.
  static let readerByteCount = ScanInput.byteCount + DCScan.unitByteCount

  /// A first scan of DC has a table for each component, other scans have one or none.
  static func scratchByteCount(_ scan: ScanHeader) -> Int {
    ScanInput.byteCount + (scan.isAC ? HuffmanTable.byteCount : DCScan.scratchByteCount(scan))
  }

  init(
    _ scan: ScanHeader, _ frame: Frame, rows: [CoefficientRow], layout: CoefficientLayout, needed: UInt64,
    source: UnsafeRawPointer, scratch: inout ScratchArena
  ) throws(Unsupported) {
    self.scan = scan
    self.frame = frame
    offsets = layout.offsets
    self.needed = needed
    input = unsafe ScanInput(scan, source: source, scratch: &scratch)
    if scan.isAC {
      guard let code = scan.acTables[0] else { throw .tables }
      dc = nil
      table = HuffmanTable(
        code, use: scan.high == 0 ? .firstAC(low: scan.low) : .refinement(low: scan.low), scratch: &scratch)
    } else {
      dc = try DCScan(scan, frame, rows: rows, scratch: &scratch)
      table = nil
    }
  }

  mutating func decode(mcuRow: Int, isNeeded: Bool, into rows: [CoefficientRow]) throws(Unsupported) {
    dc?.point(to: rows)
    // An AC scan has no other component.
    let row = rows[scan.components[0]]
    if scan.components.count > 1 {
      try dc?.decode(0..<(dc?.units.count ?? 0), mcus: frame.mcuColumns, &input)
      return
    }
    // A scan of one component has one block per MCU, and no padding blocks.
    let component = frame.components[scan.components[0]]
    for y in 0..<min(component.down, component.blocksDown - mcuRow * component.down) {
      guard let table else {
        try dc?.decode(y..<y + 1, mcus: component.blocksAcross, &input)
        continue
      }
      let blocks = y * row.stride..<y * row.stride + component.blocksAcross
      if scan.high == 0 {
        try decodeAC(row.blocks, blocks, table)
      } else {
        try refineAC(row.blocks, blocks, table)
      }
    }
  }

  mutating func finish() throws(Unsupported) { try input.finish() }

  // MARK: - AC, first

  private mutating func decodeAC(
    _ blocks: BlockBatch, _ range: Range<Int>, _ table: HuffmanTable
  ) throws(Unsupported) {
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
      var index = scan.first &- 1
      let last = scan.last
      repeat {
        bits.refill(window)
        let decoded = bits.take(table, window)
        index &+= decoded.steps
        if index > last {
          guard (DecodedSymbol.end..<DecodedSymbol.illegal).contains(index) else { throw .code }
          endRun = decoded.unsignedValue &- 1
          break
        }
        // In bounds: the index is at most 63. A symbol that skips 16 zeros has the value zero.
        coefficients[Int(offsets[index])] = Int16(truncatingIfNeeded: decoded.value)
        nonzeros |= (decoded.value == 0 ? 0 : 1) &<< UInt64(truncatingIfNeeded: index)
      } while index < last
      blocks.nonzeros[block] = nonzeros
    }
    (input.bits, self.endRun) = (bits, endRun)
  }

  // MARK: - AC, refined

  private mutating func refineAC(
    _ blocks: BlockBatch, _ range: Range<Int>, _ table: HuffmanTable
  ) throws(Unsupported) {
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
        bits: bits, window: window, coefficients: blocks.block(block), offsets: offsets, known: known, deposit: deposit)
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
