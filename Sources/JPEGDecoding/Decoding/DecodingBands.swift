/// The decoding of one file, split into bands for several threads: what each band needs, and the bytes it may access.
///
/// The planes do not depend on the split.
@safe struct DecodingBands: @unchecked Sendable {
  // SAFETY (unchecked Sendable): while bands run, the file's bytes are only read. Each band writes its own rows of the planes and
  // its own part of the scratch, and no two overlap. `ScaledDecoder` lends the pointers and keeps them valid until all bands have
  // ended.
  let bands: [Segment]
  /// Threads per band.
  let workers: Int
  /// Rows of MCUs whose samples are needed.
  let neededRows: Range<Int>
  let request: ScaledDecoder.Request
  let planes: [ScaledPlane]
  let source: UnsafeRawPointer
  let scratch: UnsafeMutableRawPointer
  /// Bytes of scratch per band.
  let scratchByteCount: Int

  /// Upper bound of the scratch that a band of the file takes, in bytes.
  /// - Parameter workers: threads per band.
  static func scratchByteCount(_ file: ParsedFile, workers: Int) -> Int {
    3 * ComponentOutput.scratchByteCount
      + file.slotCount(workers: workers) * [CoefficientRow].scratchByteCount(file.frame)
      + (file.frame.isProgressive
        ? ProgressiveDecoder.scratchByteCount(file) : BaselineDecoder.scratchByteCount(file))
  }

  func run(_ index: Int) -> Verdict {
    do throws(Unsupported) {
      return try decode(index)
    } catch {
      return .declined(error)
    }
  }

  private func decode(_ index: Int) throws(Unsupported) -> Verdict {
    let band = bands[index]
    var scratch = unsafe ScratchArena(self.scratch + index * scratchByteCount, capacity: scratchByteCount)
    let outputs = try outputs(band.file, &scratch)
    let slots = (0..<band.file.slotCount(workers: workers)).map { _ in
      [CoefficientRow](band.file.frame, outputs, scratch: &scratch)
    }
    if band.file.frame.isProgressive {
      var decoder = try unsafe ProgressiveDecoder(
        band.file, outputs: outputs, rows: slots[0], source: source, scratch: &scratch)
      return try decode(band.rows, with: &decoder) { decoder in
        unsafe decoder.withScans { unsafe inStep($0, slots, outputs, band.rows) }
      }
    }
    var decoder = try unsafe BaselineDecoder(
      band.file, outputs: outputs, columns: request.columns, source: source, scratch: &scratch)
    return try decode(band.rows, with: &decoder) { decoder in
      unsafe withUnsafeMutablePointer(to: &decoder) {
        unsafe inStep(UnsafeMutableBufferPointer(start: $0, count: 1), slots, outputs, band.rows)
      }
    }
  }

  private func inStep<Scan: ScanStage & ~Copyable>(
    _ scans: UnsafeMutableBufferPointer<Scan>, _ slots: [[CoefficientRow]], _ outputs: [ComponentOutput],
    _ rows: Range<Int>
  ) -> Verdict {
    unsafe ScanPipeline(
      scans: scans, slots: slots, outputs: outputs, neededRows: neededRows, request: request
    ).run(rows, workers: workers)
  }

  private func outputs(_ file: ParsedFile, _ scratch: inout ScratchArena) throws(Unsupported) -> [ComponentOutput] {
    var outputs: [ComponentOutput] = []
    let columns = file.frame.mcuColumns(of: request.columns)
    for (index, component) in file.frame.components.enumerated() {
      outputs.append(
        try ComponentOutput(
          component, scaledSize: file.frame.scaledSize(of: component, denominator: request.denominator),
          isProgressive: file.frame.isProgressive, quantisation: file.quantisation[index], columns: columns,
          plane: index < planes.count ? planes[index] : nil, scratch: &scratch))
    }
    return outputs
  }

  /// - Parameter inStep: replaces the loop over rows if there are several threads.
  private func decode<Decoder: RowDecoder & ~Copyable>(
    _ rows: Range<Int>, with decoder: inout Decoder, inStep: (inout Decoder) -> Verdict
  ) throws(Unsupported) -> Verdict {
    if workers > 1 {
      let verdict = inStep(&decoder)
      guard verdict == .decoded else { return verdict }
    } else {
      for row in rows {
        if request.isOver { return .timeout }
        try decoder.decode(mcuRow: row, isNeeded: neededRows.contains(row))
      }
    }
    try decoder.finish()
    return .decoded
  }
}

/// Decodes a file row by row.
protocol RowDecoder: ~Copyable {
  /// Decodes a row of MCUs. The caller passes the rows in order.
  mutating func decode(mcuRow: Int, isNeeded: Bool) throws(Unsupported)
  /// Checks that the data end after the last row.
  mutating func finish() throws(Unsupported)
}
