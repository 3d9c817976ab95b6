internal import JPEGDecoding

/// A progressive scan of DC coefficients, of one component or of several interleaved ones (ITU-T T.81, G.1.2.1).
struct DCScan {
  /// One block of an MCU: where its DC is in the first MCU of a row, and the distance to that of the next MCU.
  struct Unit: BitwiseCopyable {
    /// Points into the current row of coefficients.
    fileprivate(set) var dc: UncheckedBuffer<Int16>
    /// Index of the block in the blocks of its component.
    let block: Int
    let step: Int
    /// Nil in a scan that refines.
    let table: HuffmanTable?
    /// Index into the scan's components.
    let component: Int
  }

  let units: UncheckedBuffer<Unit>
  private let components: [Int]
  private let predictions: UncheckedBuffer<Int>
  /// The bit that the scan refines, -1 for a first scan.
  private let refinedBit: Int

  static let unitByteCount =
    ScratchArena.byteCount(3, Int.self) + ScratchArena.byteCount(Frame.maxBlocksPerMCU, Unit.self)

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
      // A scan of one component is not interleaved: its MCU is one block.
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

  /// Points the units at the coefficients of the next row of MCUs.
  /// - Parameter rows: one for each component of the frame.
  func point(to rows: [CoefficientRow]) {
    for index in 0..<units.count {
      units[index].dc = rows[components[units[index].component]].blocks.dc + units[index].block
    }
  }

  /// Decodes the units in `range` of the next `mcus` MCUs.
  func decode(_ range: Range<Int>, mcus: Int, _ input: inout ScanInput) throws(Unsupported) {
    if refinedBit < 0 { try takeFirst(range, mcus, &input) } else { try refine(range, mcus, &input) }
  }

  @inline(never) private func takeFirst(
    _ range: Range<Int>, _ mcus: Int, _ input: inout ScanInput
  ) throws(Unsupported) {
    // Nonzero after an illegal code, or a DC beyond 16 bits.
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

  /// Reads one bit per block. The bits of an MCU, at most ten, or of several MCUs are read at once.
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
