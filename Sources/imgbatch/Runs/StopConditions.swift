internal import Parallelism
internal import RunState

/// Cancels the run after the first failure (`--fail-fast`).
struct StopAtFailure: OutcomeObserver {
  let stop: CancellationFlag

  func observe(_ job: Job, _ outcome: Outcome) {
    if case .failed = outcome { stop.cancel() }
  }
}

/// Cancels the run when standard output cannot be written anymore.
struct StopAtClosedOutput: OutcomeObserver {
  let stop: CancellationFlag

  func observe(_ job: Job, _ outcome: Outcome) {
    if StandardStream.output.condition != .open { stop.cancel() }
  }
}
