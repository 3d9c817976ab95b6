/// Knows the stage that a picture is in, which names its errors, and the time spent in each.
struct StageClock {
  private(set) var stage: Stage = .read
  private(set) var times = StageTimes()
  private var entered = ContinuousClock.now

  /// Ends the stage in hand and begins another.
  mutating func enter(_ next: Stage) {
    end()
    stage = next
  }

  /// Forgets the time since the last call: the picture waited for others.
  mutating func skip() { entered = ContinuousClock.now }

  /// Books the time since the last call to the stage in hand.
  mutating func end() {
    let now = ContinuousClock.now
    times[stage] += now - entered
    entered = now
  }
}
