import Synchronization

/// A clock that advances by the same step at each reading, on any thread.
package final class AdvancingClock: Sendable {
  private let start = ContinuousClock.now
  private let readings = Mutex(0)
  private let step: Duration

  package init(step: Duration) { self.step = step }

  @Sendable package func now() -> ContinuousClock.Instant {
    readings.withLock { readings in
      readings += 1
      return start + step * readings
    }
  }
}
