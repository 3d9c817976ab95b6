/// A progressive scan of DC coefficients, of one component or of several in turns (ITU-T T.81, G.1.2.1).
struct DCScan {
  /// One block of an MCU: where its DC lies in the first MCU of a row, and how far that of the next one is.
  struct Unit: BitwiseCopyable {
    /// In the coefficients in hand.
    fileprivate(set) var dc: UncheckedBuffer<Int16>
    /// Its block in those of its component.
    let block: Int
    let step: Int
    /// Of a first scan.
    let table: HuffmanTable?
    /// Among the scan's components.
    let component: Int
  }

  let units: UncheckedBuffer<Unit>
  private let components: [Int]
  private let predictions: UncheckedBuffer<Int>
  /// For scans that refine the bit, else -1.
  private let refinedBit: Int

  /// Blocks of an MCU; `Frame` admits no more.
  private static let maxUnits = 10

  static let unitByteCount = ScratchArena.byteCount(3, Int.self) + ScratchArena.byteCount(maxUnits, Unit.self)

  static func scratchByteCount(_ scan: ScanHeader) -> Int {
    unitByteCount + (scan.high == 0 ? scan.components.count * HuffmanTable.byteCount : 0)
  }

  init(_ scan: ScanHeader, _ frame: Frame, rows: [CoefficientRow], scratch: inout ScratchArena) throws(Unsupported) {
    components = scan.components
    predictions = scratch.take(3, Int.self)
    predictions.fill(0)
    refinedBit = scan.high > 0 ? scan.low : -1
    var list: [Unit] = []
    for (index, component) in scan.components.enumerated() {
      var table: HuffmanTable?
      if scan.high == 0 {
        guard let code = scan.dcTables[index], code.symbols.allSatisfy({ $0 <= 15 }) else { throw .tables }
        table = HuffmanTable(code, use: .dc(low: scan.low), scratch: &scratch)
      }
      let (row, shape) = (rows[component], frame.components[component])
      // A scan of one component goes from block to block.
      let across = scan.components.count > 1 ? shape.across : 1
      for y in 0..<shape.down {
        for x in 0..<across {
          list.append(
            Unit(dc: row.blocks.dc, block: y * row.stride + x, step: across, table: table, component: index))
        }
      }
    }
    units = scratch.take(list.count, Unit.self)
    for (index, unit) in list.enumerated() { units[index] = unit }
  }

  /// Puts the coefficients in hand where those of the next row of MCUs are to be.
  /// - Parameter rows: one for each component of the frame.
  func point(to rows: [CoefficientRow]) {
    for index in 0..<units.count {
      units[index].dc = rows[components[units[index].component]].blocks.dc.from(units[index].block)
    }
  }

  /// Decodes so many MCUs of some units.
  func decode(_ range: Range<Int>, mcus: Int, _ input: inout ScanInput) throws(Unsupported) {
    if refinedBit < 0 { try takeFirst(range, mcus, &input) } else { try refine(range, mcus, &input) }
  }

  @inline(never) private func takeFirst(
    _ range: Range<Int>, _ mcus: Int, _ input: inout ScanInput
  ) throws(Unsupported) {
    // Codes that are none, and what goes beyond 16 bits: any bit that is set.
    var unusual = 0
    var bits = input.bits
    let window = input.window
    for mcu in 0..<mcus {
      if try input.countMCU(&bits) { predictions.fill(0) }
      for index in range {
        try input.prepare(&bits)
        bits.refill(window)
        guard let table = units[index].table else { continue }
        let decoded = bits.take(table, window)
        let dc = predictions[units[index].component] &+ decoded.value
        predictions[units[index].component] = dc
        // In bounds: the row has the blocks of all MCUs.
        units[index].dc[mcu &* units[index].step] = Int16(truncatingIfNeeded: dc)
        unusual |= (dc &+ (1 &<< 15)) &>> 16 | decoded.steps &>> 7
      }
    }
    input.bits = bits
    guard unusual == 0 else { throw .code }
  }

  /// A bit of each block; those of an MCU, at most ten, or of several are read at once.
  @inline(never) private func refine(_ range: Range<Int>, _ mcus: Int, _ input: inout ScanInput) throws(Unsupported) {
    let maximum = input.restartInterval > 0 ? 1 : 56 / range.count
    var bits = input.bits
    for first in stride(from: 0, to: mcus, by: maximum) {
      _ = try input.countMCU(&bits)
      try input.prepare(&bits)
      bits.refill(input.window)
      let count = min(maximum, mcus &- first)
      var word = bits.bits
      for mcu in first..<first &+ count {
        for index in range {
          // In bounds, as above.
          units[index].dc[mcu &* units[index].step] |= Int16(truncatingIfNeeded: (word &>> 63) &<< UInt64(refinedBit))
          word &<<= 1
        }
      }
      bits.drop(count &* range.count)
    }
    input.bits = bits
  }
}
