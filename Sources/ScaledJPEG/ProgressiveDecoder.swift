internal import Imaging

/// Decodes all scans of a progressive file in step, one row of MCUs at a time.
///
/// A scan tells of every block of its components, from the top down, and refers to nothing but what the scans before it
/// told of the same block. So all scans can be read at once, each by a reader of its own, and after each row of MCUs
/// its coefficients are whole: one row of them is all that there ever is.
struct ProgressiveDecoder: RowDecoder, ~Copyable {
  private let frame: Frame
  private let outputs: [ComponentOutput]
  /// Coefficients of so many rows of MCUs, one after another: of each component.
  private let slots: [[CoefficientRow]]
  private var scans: [ScanDecoder] = []

  /// Rows of MCUs that are in hand when so many threads decode the file.
  static func slotCount(workers: Int) -> Int { workers > 1 ? workers + 1 : 1 }

  static func scratchByteCount(_ file: ParsedFile, workers: Int) -> Int {
    file.scans.reduce(0) { $0 + ScanDecoder.scratchByteCount($1) }
      + slotCount(workers: workers) * file.frame.components.reduce(0) { $0 + CoefficientRow.scratchByteCount($1) }
  }

  init(
    _ file: ParsedFile, outputs: [ComponentOutput], workers: Int, source: UnsafeRawPointer, scratch: inout Scratch
  ) throws(Declined) {
    frame = file.frame
    self.outputs = outputs
    var slots: [[CoefficientRow]] = []
    for _ in 0..<ProgressiveDecoder.slotCount(workers: workers) {
      slots.append(
        zip(file.frame.components, outputs).map {
          CoefficientRow($0, $1, scratch: &scratch)
        })
    }
    self.slots = slots
    for scan in file.scans {
      let output = outputs[scan.components[0]]
      scans.append(
        try unsafe ScanDecoder(
          scan, file.frame, rows: slots[0], layout: output.layout,
          needed: CoefficientLayout.needed(scaledSize: output.scaledSize), source: source, scratch: &scratch))
    }
  }

  mutating func decode(mcuRow: Int, isNeeded: Bool) throws(Declined) {
    for index in scans.indices { try scans[index].decode(mcuRow: mcuRow, into: slots[0]) }
    try ProgressiveDecoder.put(slots[0], outputs, mcuRow, isNeeded: isNeeded)
  }

  /// Decodes rows of MCUs on several threads: the scans in step, each behind the ones before it.
  mutating func decode(_ rows: Range<Int>, firstNeeded: Int, workers: Int, request: ScaledDecoder.Request) -> Verdict {
    unsafe scans.withUnsafeMutableBufferPointer { scans in
      let work = unsafe ScansInStep(
        scans: scans, slots: slots, outputs: outputs, firstNeededRow: firstNeeded, request: request)
      return work.run(rows, workers: workers)
    }
  }

  mutating func finish() throws(Declined) {
    for index in scans.indices { try scans[index].finish() }
  }

  /// Makes samples of coefficients, one row for each component, and clears them.
  static func put(
    _ rows: [CoefficientRow], _ outputs: [ComponentOutput], _ mcuRow: Int, isNeeded: Bool
  ) throws(Declined) {
    if !isNeeded {
      for row in rows { row.blocks.clear() }
      return
    }
    var trouble = InverseDCT.Trouble()
    for (output, row) in zip(outputs, rows) where output.isNeeded { put(row, output, mcuRow, &trouble) }
    guard trouble.isNone else { throw .range }
  }

  private static func put(
    _ row: CoefficientRow, _ output: ComponentOutput, _ mcuRow: Int, _ trouble: inout InverseDCT.Trouble
  ) {
    let first = mcuRow * row.blocksDown
    for y in 0..<min(row.blocksDown, output.blocksDown - first) {
      output.put(row.blocks, from: y * row.stride / 8, row: first + y, &trouble)
    }
  }
}

/// A component's coefficients in one row of MCUs.
struct CoefficientRow: BitwiseCopyable {
  /// Blocks from one row of blocks to the next: whole octets.
  let stride: Int
  /// Rows of blocks.
  let blocksDown: Int
  let blocks: Blocks

  static func scratchByteCount(_ component: Frame.Component) -> Int {
    Blocks.scratchByteCount(Blocks.wholeOctets(component.codedBlocksAcross) * component.down)
  }

  init(_ component: Frame.Component, _ output: ComponentOutput, scratch: inout Scratch) {
    stride = Blocks.wholeOctets(component.codedBlocksAcross)
    blocksDown = component.down
    blocks = output.blocks(stride * blocksDown, scratch: &scratch)
  }
}
