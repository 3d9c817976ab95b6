/// Receives the outcome of each job of a run.
package protocol OutcomeObserver: Sendable {
  /// Called once per job, on any thread, when the job has ended.
  func observe(_ job: Job, _ outcome: Outcome)
}
