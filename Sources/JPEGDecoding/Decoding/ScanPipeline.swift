internal import Parallelism

/// The scans of a file as the stages of a pipeline: while one scan decodes a row of MCUs, earlier scans already decode the next
/// rows. The last stage computes samples.
@safe struct ScanPipeline<Scan: ScanStage & ~Copyable>: @unchecked Sendable {
  // SAFETY (unchecked Sendable): `pipelined` admits one thread at a time to a stage, so one thread at a time uses a scan, its
  // reader and the outputs. A row of coefficients is handed from stage to stage, each time through a lock. `DecodingBands` lends
  // the scans and the slots until all threads have ended.
  let scans: UnsafeMutableBufferPointer<Scan>
  /// The coefficients of `slots.count` rows of MCUs.
  let slots: [[CoefficientRow]]
  let outputs: [ComponentOutput]
  /// Rows of MCUs whose samples are needed.
  let neededRows: Range<Int>
  let request: ScaledDecoder.Request

  func run(_ rows: Range<Int>, workers: Int) -> Verdict {
    let stages = unsafe scans.count + 1
    return pipelined(rows: rows, stages: stages, slots: slots.count, workers: workers) { stage, row in
      if request.isOver { return .timeout }
      do throws(Unsupported) {
        try step(stage, row, slots[row % slots.count])
        return nil
      } catch {
        return .declined(error)
      }
    } ?? .decoded
  }

  private func step(_ stage: Int, _ row: Int, _ coefficients: [CoefficientRow]) throws(Unsupported) {
    let isNeeded = neededRows.contains(row)
    if unsafe stage < scans.count {
      try unsafe scans[stage].decode(mcuRow: row, isNeeded: isNeeded, into: coefficients)
    } else {
      try coefficients.put(outputs, row, isNeeded: isNeeded)
    }
  }
}

/// Decodes the rows of MCUs of one scan in order.
protocol ScanStage: ~Copyable, SendableMetatype {
  /// - Parameter rows: the coefficients of the row, one for each component of the frame.
  mutating func decode(mcuRow: Int, isNeeded: Bool, into rows: [CoefficientRow]) throws(Unsupported)
}

extension ParsedFile {
  /// The number of threads, up to `maximum`, that a file without restart markers can use: one per scan, and one that computes
  /// samples. If each luma block of a sequential file becomes one sample, computing samples is too little work for another
  /// thread.
  func workers(of maximum: Int, denominator: Int) -> Int {
    let isQuicklyMade = frame.scaledSize(of: frame.components[0], denominator: denominator) == 1
    return !frame.isProgressive && isQuicklyMade ? 1 : min(maximum, scans.count + 1)
  }

  /// Rows of MCUs that are in flight when `workers` threads decode a file.
  func slotCount(workers: Int) -> Int { workers > 1 ? workers + 1 : frame.isProgressive ? 1 : 0 }
}
