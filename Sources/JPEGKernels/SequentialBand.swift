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

  func decode(_ row: MCURow) throws(Unsupported) { try decoder.decode(row) }

  /// Coefficients, then samples.
  var stageCount: Int { 2 }

  func decode(stage: Int, _ row: MCURow) throws(Unsupported) {
    if stage == 0 {
      try decoder.decode(isNeeded: row.isNeeded, into: rows[row.index])
    } else {
      try rows.put(row)
    }
  }

  func finish() throws(Unsupported) { try decoder.finish() }
}
