internal import JPEGDecoding

/// Decodes all scans of a band of a progressive file together, one row of MCUs at a time.
///
/// A scan codes the blocks of its components from top to bottom, and depends only on what earlier scans coded of the same block.
/// So all scans can be read at once, each by its own reader. After each row of MCUs its coefficients are complete, and memory
/// holds no other row.
final class ProgressiveBand: BandDecoder {
  /// One scan; one thread at a time uses it.
  private final class Stage {
    var scan: ScanDecoder

    init(_ scan: ScanDecoder) { self.scan = scan }
  }

  private let rows: BandRows
  private let scans: [Stage]

  static func scratchByteCount(_ file: ParsedFile) -> Int {
    file.scans.reduce(0) { $0 + ScanDecoder.scratchByteCount($1) }
  }

  init(
    _ file: ParsedFile, rows: BandRows, source: UnsafeRawPointer, scratch: inout ScratchArena
  ) throws(Unsupported) {
    self.rows = rows
    var scans: [Stage] = []
    for scan in file.scans {
      let output = rows.outputs[scan.components[0]]
      scans.append(
        Stage(
          try unsafe ScanDecoder(
            scan, file.frame, rows: rows[0], layout: output.layout,
            needed: CoefficientLayout.needed(scaledSize: output.scaledSize), source: source, scratch: &scratch)))
    }
    self.scans = scans
  }

  func decode(_ row: MCURow) throws(Unsupported) {
    for stage in 0..<stageCount { try decode(stage: stage, row) }
  }

  /// The scans, then samples.
  var stageCount: Int { scans.count + 1 }

  func decode(stage: Int, _ row: MCURow) throws(Unsupported) {
    if stage < scans.count {
      try scans[stage].scan.decode(mcuRow: row.index, isNeeded: row.isNeeded, into: rows[row.index])
    } else {
      try rows.put(row)
    }
  }

  func finish() throws(Unsupported) {
    for stage in scans { try stage.scan.finish() }
  }
}
