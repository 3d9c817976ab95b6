internal import Parallelism

/// The scans of a file as stages of a pipeline: while one tells of a row of MCUs, the ones before it go on to the next rows.
/// The last stage makes samples.
@safe struct ScanPipeline<Scan: ScanStage & ~Copyable>: @unchecked Sendable {
  // SAFETY, of the promise to the compiler: `pipelined` lets one thread at a time into a stage, so a scan, its reader and
  // the outputs are one thread's; a row of coefficients goes from stage to stage, and each hand-over through a lock.
  // `DecodingBands` lends the scans and the slots until all threads have ended.
  let scans: UnsafeMutableBufferPointer<Scan>
  /// Coefficients of so many rows of MCUs.
  let slots: [[CoefficientRow]]
  let outputs: [ComponentOutput]
  /// Rows of MCUs whose samples matter.
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

/// Decodes what a scan tells of one row of MCUs after another.
protocol ScanStage: ~Copyable, SendableMetatype {
  /// - Parameter rows: where the row's coefficients are, one for each component of the frame.
  mutating func decode(mcuRow: Int, isNeeded: Bool, into rows: [CoefficientRow]) throws(Unsupported)
}

extension ParsedFile {
  /// Threads, of those that there are, that a file without restart markers has work for: a scan is one's, and so is making
  /// samples. Where a sequential file's luma has one of a block, making them is too little to be worth the hand-over.
  func workers(of maximum: Int, denominator: Int) -> Int {
    let isQuicklyMade = frame.scaledSize(of: frame.components[0], denominator: denominator) == 1
    return !frame.isProgressive && isQuicklyMade ? 1 : min(maximum, scans.count + 1)
  }

  /// Rows of MCUs that are in hand when so many threads decode a file.
  func slotCount(workers: Int) -> Int { workers > 1 ? workers + 1 : frame.isProgressive ? 1 : 0 }
}
