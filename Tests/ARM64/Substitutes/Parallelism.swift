/// `pipelined` of the package on one thread: Dispatch is not there.
package func pipelined<Failure: Sendable>(
  rows: Range<Int>, stages: Int, slots: Int, workers: Int, body: (_ stage: Int, _ row: Int) -> Failure?
) -> Failure? {
  // All stages of a row, then the next row: the first stage is never more than one row ahead.
  for row in rows {
    for stage in 0..<stages {
      if let failure = body(stage, row) { return failure }
    }
  }
  return nil
}
