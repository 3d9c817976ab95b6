/// Decodes all scans of a progressive file together, one row of MCUs at a time.
///
/// A scan codes the blocks of its components from top to bottom, and depends only on what earlier scans coded of the same block.
/// So all scans can be read at once, each by its own reader. After each row of MCUs its coefficients are complete, and memory
/// holds no other row.
struct ProgressiveDecoder: RowDecoder, ~Copyable {
  private let frame: Frame
  private let outputs: [ComponentOutput]
  /// The coefficients of the current row of MCUs.
  private let rows: [CoefficientRow]
  private var scans: [ScanDecoder] = []

  static func scratchByteCount(_ file: ParsedFile) -> Int {
    file.scans.reduce(0) { $0 + ScanDecoder.scratchByteCount($1) }
  }

  /// - Parameter rows: memory for the coefficients of a row of MCUs, one for each component.
  init(
    _ file: ParsedFile, outputs: [ComponentOutput], rows: [CoefficientRow], source: UnsafeRawPointer,
    scratch: inout ScratchArena
  ) throws(Unsupported) {
    frame = file.frame
    self.outputs = outputs
    self.rows = rows
    for scan in file.scans {
      let output = outputs[scan.components[0]]
      scans.append(
        try unsafe ScanDecoder(
          scan, file.frame, rows: rows, layout: output.layout,
          needed: CoefficientLayout.needed(scaledSize: output.scaledSize), source: source, scratch: &scratch))
    }
  }

  mutating func decode(mcuRow: Int, isNeeded: Bool) throws(Unsupported) {
    for index in scans.indices { try scans[index].decode(mcuRow: mcuRow, isNeeded: isNeeded, into: rows) }
    try rows.put(outputs, mcuRow, isNeeded: isNeeded)
  }

  /// Lends the scans to threads that decode them as a pipeline.
  mutating func withScans(_ body: (UnsafeMutableBufferPointer<ScanDecoder>) -> Verdict) -> Verdict {
    unsafe scans.withUnsafeMutableBufferPointer { unsafe body($0) }
  }

  mutating func finish() throws(Unsupported) {
    for index in scans.indices { try scans[index].finish() }
  }
}
