internal import Synchronization

/// Passes rows through stages, on at most `workers` threads.
///
/// A stage takes the rows in order, one at a time, each after the previous stage has finished it. So the state of a stage needs
/// no lock, and work that cannot be split into bands can still use several cores. A free worker takes the step of the latest
/// stage that can proceed, so one worker alone finishes, too.
/// - Parameters:
///   - stages: 1 or more.
///   - slots: rows in flight at once. The first stage starts a row when the last stage has finished the one `slots` rows before
///     it.
///   - body: does the work of a stage on a row. A result other than nil stops the pipeline.
/// - Returns: the result that stopped the pipeline, or nil.
package func pipelined<Failure: Sendable>(
  rows: Range<Int>, stages: Int, slots: Int, workers: Int, body: @Sendable (_ stage: Int, _ row: Int) -> Failure?
) -> Failure? {
  let progress = Mutex(PipelineProgress<Failure>(rows: rows, stages: stages, slots: slots))
  let door = ConditionVariable()
  let workers = min(workers, stages, slots)
  _ = concurrentMap(count: workers, workers: workers) { _ in
    while true {
      var step: PipelineStep?
      door.wait {
        progress.withLock { progress in
          step = progress.begin()
          return step != nil || progress.isOver
        }
      }
      guard let step else { return }
      let failure = body(step.stage, step.row)
      progress.withLock { $0.end(step, failure) }
      door.broadcast()
    }
  }
  return progress.withLock { $0.failure }
}

private struct PipelineStep {
  let stage: Int
  let row: Int
}

/// The progress of each stage.
private struct PipelineProgress<Failure: Sendable> {
  private let end: Int
  private let slots: Int
  /// The next row of each stage.
  private var next: [Int]
  private var isBusy: [Bool]
  private(set) var failure: Failure?

  init(rows: Range<Int>, stages: Int, slots: Int) {
    end = rows.upperBound
    self.slots = slots
    next = Array(repeating: rows.lowerBound, count: stages)
    isBusy = Array(repeating: false, count: stages)
  }

  var isOver: Bool { failure != nil || next[next.count - 1] == end }

  /// Begins the next step. Nil if none can proceed until others end.
  mutating func begin() -> PipelineStep? {
    if failure != nil { return nil }
    for stage in next.indices.reversed() where !isBusy[stage] && canGoOn(stage) {
      isBusy[stage] = true
      return PipelineStep(stage: stage, row: next[stage])
    }
    return nil
  }

  private func canGoOn(_ stage: Int) -> Bool {
    guard next[stage] < end else { return false }
    return stage == 0 ? next[stage] < next[next.count - 1] + slots : next[stage] < next[stage - 1]
  }

  mutating func end(_ step: PipelineStep, _ failure: Failure?) {
    isBusy[step.stage] = false
    next[step.stage] += 1
    if self.failure == nil { self.failure = failure }
  }
}
