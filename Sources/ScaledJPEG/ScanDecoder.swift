internal import Imaging

/// Decodes one scan of a progressive file, a row of MCUs at a time (ITU-T T.81, G.1.2 and G.2).
struct ScanDecoder {
  private let scan: ScanHeader
  private let frame: Frame
  private let rows: [CoefficientRow]
  private let zigzag: Memory<UInt8>
  /// By component of the scan; only the first of AC scans.
  private var tables: [HuffmanTable] = []
  private var reader: ScanReader
  private var bits = Bits()
  private var predictions = [0, 0, 0]
  /// Blocks from here on in which this scan tells of no new coefficient.
  private var endRun = 0
  private var toRestart: Int

  private static let windowSize = 4 << 10

  static var readerByteCount: Int { ScanReader.byteCount(window: windowSize) }

  /// A first scan of DC has a table for each component, others have one or none.
  static func scratchByteCount(_ scan: ScanHeader) -> Int {
    readerByteCount + (scan.isOfDetails ? 1 : scan.components.count) * HuffmanTable.byteCount
  }

  init(
    _ scan: ScanHeader, _ frame: Frame, rows: [CoefficientRow], zigzag: Memory<UInt8>, source: UnsafeRawPointer,
    scratch: inout Scratch
  ) throws(Declined) {
    self.scan = scan
    self.frame = frame
    self.rows = scan.components.map { rows[$0] }
    self.zigzag = zigzag
    reader = unsafe ScanReader(
      source: source, range: scan.data, windowSize: ScanDecoder.windowSize, scratch: &scratch)
    toRestart = scan.restartInterval
    for (dc, ac) in zip(scan.dcTables, scan.acTables) {
      if scan.isOfDetails {
        guard let ac else { throw .tables }
        tables.append(
          HuffmanTable(
            ac, use: scan.high == 0 ? .firstDetails(low: scan.low) : .refinement(low: scan.low), scratch: &scratch))
      } else if scan.high == 0 {
        guard let dc, dc.symbols.allSatisfy({ $0 <= 15 }) else { throw .tables }
        tables.append(HuffmanTable(dc, use: .dc(low: scan.low), scratch: &scratch))
      }
    }
  }

  mutating func decode(mcuRow: Int) throws(Declined) {
    if scan.components.count > 1 {
      for mcu in 0..<frame.mcuColumns {
        try countMCU()
        for index in scan.components.indices { try decodeDC(ofMCU: mcu, index) }
      }
      return
    }
    // A scan of one component has one block an MCU, and none to fill up.
    let component = frame.components[scan.components[0]]
    let first = mcuRow * component.down
    for y in 0..<min(component.down, component.blocksDown - first) {
      let blocks = y * rows[0].stride..<y * rows[0].stride + component.blocksAcross
      switch (scan.isOfDetails, scan.high == 0) {
      case (false, _):
        for block in blocks {
          try countMCU()
          try decodeDC(block, 0)
        }
      case (true, true): try decodeDetails(blocks)
      case (true, false): try refineDetails(blocks)
      }
    }
  }

  mutating func finish() throws(Declined) { try reader.finish(bits) }

  @inline(__always) private mutating func countMCU() throws(Declined) {
    if scan.restartInterval == 0 { return }
    if toRestart == 0 {
      bits = try reader.restart(bits)
      predictions = [0, 0, 0]
      endRun = 0
      toRestart = scan.restartInterval
    }
    toRestart -= 1
  }

  // MARK: - DC

  @inline(__always) private mutating func decodeDC(ofMCU mcu: Int, _ index: Int) throws(Declined) {
    let component = frame.components[scan.components[index]]
    for y in 0..<component.down {
      for x in 0..<component.across {
        try decodeDC(y &* rows[index].stride &+ mcu &* component.across &+ x, index)
      }
    }
  }

  @inline(__always) private mutating func decodeDC(_ block: Int, _ index: Int) throws(Declined) {
    if bits.next > reader.limit { bits.next = try reader.advance(bits.next) }
    bits.refill(reader.window)
    if scan.high > 0 {
      rows[index].blocks.dc[block] |= Int16(truncatingIfNeeded: bits.bits.top(1) &<< UInt64(scan.low))
      bits.drop(1)
      return
    }
    let meaning = bits.take(tables[index], reader.window)
    let dc = predictions[index] &+ meaning.value
    predictions[index] = dc
    guard meaning.steps != Meaning.illegal, let narrow = Int16(exactly: dc) else { throw .code }
    rows[index].blocks.dc[block] = narrow
  }

  // MARK: - AC, first

  private mutating func decodeDetails(_ blocks: Range<Int>) throws(Declined) {
    let (row, table, window) = (rows[0].blocks, tables[0], reader.window)
    for block in blocks {
      try countMCU()
      if endRun > 0 {
        endRun -= 1
        continue
      }
      if bits.next > reader.limit { bits.next = try reader.advance(bits.next) }
      var bits = self.bits
      let coefficients = row.block(block)
      var nonzeros = row.nonzeros[block]
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
        coefficients[Int(zigzag[place])] = Int16(truncatingIfNeeded: meaning.value)
        nonzeros |= (meaning.value == 0 ? 0 : 1) &<< UInt64(truncatingIfNeeded: place)
      } while place < last
      row.nonzeros[block] = nonzeros
      self.bits = bits
    }
  }

  // MARK: - AC, refined

  private mutating func refineDetails(_ blocks: Range<Int>) throws(Declined) {
    let (row, table, window) = (rows[0].blocks, tables[0], reader.window)
    let band = (UInt64.max &>> UInt64(63 &- scan.last)) & (UInt64.max &<< UInt64(scan.first))
    let unit = Int16(1) &<< Int16(scan.low)
    for block in blocks {
      try countMCU()
      let known = row.nonzeros[block]
      if endRun > 0 && known & band == 0 {
        endRun -= 1
        continue
      }
      if bits.next > reader.limit { bits.next = try reader.advance(bits.next) }
      var refinement = Refinement(
        bits: bits, window: window, coefficients: row.block(block), zigzag: zigzag, unit: unit, known: known)
      var ahead = band
      if endRun == 0 { endRun = try refinement.takeNew(&ahead, table) }
      if endRun > 0 {
        refinement.correct(known & ahead)
        endRun -= 1
      }
      row.nonzeros[block] = refinement.nonzeros
      bits = refinement.bits
    }
  }
}

/// Refines one block: new coefficients come, and those that were known get another bit.
private struct Refinement {
  var bits: Bits
  let window: Memory<UInt8>
  let coefficients: Memory<Int16>
  let zigzag: Memory<UInt8>
  /// The bit that the scan tells of.
  let unit: Int16
  /// Coefficients that were not zero before this scan.
  let known: UInt64
  var nonzeros: UInt64

  @inline(__always) init(
    bits: Bits, window: Memory<UInt8>, coefficients: Memory<Int16>, zigzag: Memory<UInt8>, unit: Int16, known: UInt64
  ) {
    self.bits = bits
    self.window = window
    self.coefficients = coefficients
    self.zigzag = zigzag
    self.unit = unit
    self.known = known
    nonzeros = known
  }

  /// Reads new coefficients to the end of the band.
  /// - Parameter ahead: the coefficients of the band that are not yet dealt with.
  /// - Returns: the run of blocks that end here, this one first; 0 where the band came to its last coefficient.
  @inline(__always) mutating func takeNew(_ ahead: inout UInt64, _ table: HuffmanTable) throws(Declined) -> Int {
    while ahead != 0 {
      bits.refill(window)
      let meaning = bits.take(table, window)
      if meaning.steps >= Meaning.end {
        guard meaning.steps == Meaning.end else { throw .code }
        return meaning.unsignedValue
      }
      // The place is behind so many coefficients that stay zero.
      var zeros = ahead & ~known
      for _ in 0..<meaning.steps { zeros &= zeros &- 1 }
      guard zeros != 0 else { throw .code }
      let place = zeros & (0 &- zeros)
      let passed = ahead & (place &- 1)
      correct(known & passed)
      // In bounds: one of 64 bits.
      let index = place.trailingZeroBitCount & 63
      if meaning.value != 0 {
        coefficients[Int(zigzag[index])] = Int16(truncatingIfNeeded: meaning.value)
        nonzeros |= place
      }
      ahead &= ~(place | passed)
    }
    return 0
  }

  /// Reads a bit for each of some known coefficients: where it is set, the magnitude grows by the unit.
  @inline(__always) mutating func correct(_ which: UInt64) {
    var left = which
    while left != 0 {
      bits.refill(window)
      // In batches of what is there for certain.
      let count = min(left.nonzeroBitCount, 56)
      var word = bits.bits
      bits.drop(count)
      for _ in 0..<count {
        let place = Int(zigzag[left.trailingZeroBitCount & 63])
        left &= left &- 1
        let coefficient = coefficients[place]
        let sign = coefficient &>> 15
        let isSet = Int16(truncatingIfNeeded: Int64(bitPattern: word) &>> 63)
        coefficients[place] = coefficient &+ (((unit ^ sign) &- sign) & isSet)
        word &<<= 1
      }
    }
  }
}
