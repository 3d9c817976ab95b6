internal import CPlatform

/// Knows the stage that a picture is in, which names its errors, and the time spent in each: by the clock on the wall, and
/// of the thread's processor time, which does not run while the thread waits.
struct StageClock {
  private(set) var stage: Stage = .read
  private(set) var times = StageTimes()
  private(set) var cpuTimes = StageTimes()
  private var entered = ContinuousClock.now
  private var enteredCPU = system_thread_cpu_nanoseconds()

  /// Ends the stage in hand and begins another.
  mutating func enter(_ next: Stage) {
    end()
    stage = next
  }

  /// Forgets the time since the last call: the picture waited for others.
  mutating func skip() {
    entered = ContinuousClock.now
    enteredCPU = system_thread_cpu_nanoseconds()
  }

  /// Books the time since the last call to the stage in hand.
  mutating func end() {
    let now = ContinuousClock.now
    let nowCPU = system_thread_cpu_nanoseconds()
    times[stage] += now - entered
    cpuTimes[stage] += .nanoseconds(nowCPU - enteredCPU)
    entered = now
    enteredCPU = nowCPU
  }
}
