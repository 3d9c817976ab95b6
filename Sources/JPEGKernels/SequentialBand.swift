internal import JPEGDecoding

/// Decodes a band of a sequential file.
final class SequentialBand: BandDecoder {
  private let rows: BandRows
  private var decoder: BaselineDecoder

  init(
    _ file: ParsedFile, rows: BandRows, request: ScaledDecoder.Request, source: UnsafeRawPointer,
    scratch: inout ScratchArena
  ) throws(Unsupported) {
    self.rows = rows
    decoder = try unsafe BaselineDecoder(
      file, outputs: rows.outputs, columns: request.columns, needsAllRows: request.rows == nil, source: source,
      scratch: &scratch)
  }

  func decode(mcuRow: Int, isNeeded: Bool) throws(Unsupported) {
    try decoder.decode(mcuRow: mcuRow, isNeeded: isNeeded)
  }

  /// Coefficients, then samples.
  var stageCount: Int { 2 }

  func decode(stage: Int, mcuRow: Int, isNeeded: Bool) throws(Unsupported) {
    if stage == 0 {
      try decoder.decode(mcuRow: mcuRow, isNeeded: isNeeded, into: rows[mcuRow])
    } else {
      try rows.put(mcuRow, isNeeded: isNeeded)
    }
  }

  func finish() throws(Unsupported) { try decoder.finish() }
}
