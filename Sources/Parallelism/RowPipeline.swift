internal import Synchronization

/// Takes rows through stages, on at most so many threads.
///
/// A stage takes the rows in their order, one at a time, each when the stage before is done with it. So what a stage knows
/// of the rows before needs no protection, and work that cannot be cut into bands still has several cores. A free worker
/// takes what can be done, the row that is farthest on first: one alone comes to the end, too.
/// - Parameters:
///   - stages: 1 or more.
///   - slots: rows that may be under way at once: the first stage takes a row when the last is done with the one so many before.
///   - body: does a stage's work on a row; what it returns, if anything, ends all.
/// - Returns: what ended it early.
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

/// How far each stage has come.
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

  /// The step to be done next, of those that can be; nil where others have to end first.
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
