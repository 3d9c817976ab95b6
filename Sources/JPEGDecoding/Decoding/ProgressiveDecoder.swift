/// Decodes all scans of a progressive file in step, one row of MCUs at a time.
///
/// A scan tells of every block of its components, from the top down, and refers to nothing but what the scans before it
/// told of the same block. So all scans can be read at once, each by a reader of its own, and after each row of MCUs
/// its coefficients are whole: one row of them is all that there ever is.
struct ProgressiveDecoder: RowDecoder, ~Copyable {
  private let frame: Frame
  private let outputs: [ComponentOutput]
  /// The coefficients in hand.
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

  /// Lends the scans to threads that decode them in step.
  mutating func withScans(_ body: (UnsafeMutableBufferPointer<ScanDecoder>) -> Verdict) -> Verdict {
    unsafe scans.withUnsafeMutableBufferPointer { unsafe body($0) }
  }

  mutating func finish() throws(Unsupported) {
    for index in scans.indices { try scans[index].finish() }
  }
}
