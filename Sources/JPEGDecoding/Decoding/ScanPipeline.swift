internal import Parallelism

/// The scans of a file as the stages of a pipeline: while one scan decodes a row of MCUs, earlier scans already decode the next
/// rows. The last stage computes samples.
struct ScanPipeline: @unchecked Sendable {
  // SAFETY (unchecked Sendable): `pipelined` admits one thread at a time to a stage, so one thread at a time uses a scan, its
  // reader and the outputs. A row of coefficients is handed from stage to stage, each time through a lock. `DecodingBands` keeps
  // the band until all threads have ended. The last stage passes on the strips.
  let band: any BandDecoder
  /// Rows of MCUs in flight.
  let slots: Int
  let rows: MCURows
  let request: ScaledDecoder.Request

  func run(_ rows: Range<Int>, workers: Int) -> Verdict {
    let lastStage = band.stageCount - 1
    return pipelined(rows: rows, stages: band.stageCount, slots: slots, workers: workers) { stage, row in
      if request.isOver { return .timeout }
      do throws(Unsupported) {
        try band.decode(stage: stage, self.rows[row])
        return stage < lastStage || self.rows.finish(row) ? nil : .stopped
      } catch {
        return .declined(error)
      }
    } ?? .decoded
  }
}

extension ParsedFile {
  /// The number of threads, up to `maximum`, that a file without restart markers can use: one per scan, and one that computes
  /// samples. If each luma block of a sequential file becomes one sample, computing samples is too little work for another
  /// thread.
  func workers(of maximum: Int, denominator: Int) -> Int {
    let isFastToMake = frame.scaledSize(of: frame.components[0], denominator: denominator) == 1
    return !frame.isProgressive && isFastToMake ? 1 : min(maximum, scans.count + 1)
  }

  /// Rows of MCUs that are in flight when `workers` threads decode a file.
  package func slotCount(workers: Int) -> Int { workers > 1 ? workers + 1 : frame.isProgressive ? 1 : 0 }
}
