internal import CPlatform
package import ImageErrors

/// Knows the stage that an image is in, which names its errors, and the time spent in each: by the clock on the wall, and
/// where asked of the thread's processor time, which does not run while the thread waits.
package struct StageClock {
  package private(set) var stage: Stage = .read
  package private(set) var times = StageTimes()
  package private(set) var cpuTimes = StageTimes()
  private var entered = ContinuousClock.now
  /// Nil where processor time is not asked for.
  private var enteredCPU: UInt64?
  /// Of the stages that only compute, for `finish` to share out.
  private var computing = Duration.zero

  private static let computingStages: [Stage] = [.decode, .resize, .encode]

  /// - Parameter clocks: the clock of processor time is a system call, of one and a half microseconds on virtual machines;
  ///   too much for every small image of everybody.
  package init(_ clocks: StageClocks = .wall) {
    enteredCPU = clocks == .wall ? nil : system_thread_cpu_nanoseconds()
  }

  /// Ends the stage in hand and begins another.
  package mutating func enter(_ next: Stage) {
    end()
    // Between stages that only compute, the clock of processor time is not looked at.
    if !stage.computes || !next.computes { endCPU() }
    stage = next
  }

  /// Forgets the time since the last call: the image waited for others, which takes no processor time.
  package mutating func skip() { entered = ContinuousClock.now }

  /// Books the time since the last call to the stage in hand.
  package mutating func end() {
    let now = ContinuousClock.now
    times[stage] += now - entered
    entered = now
  }

  /// The image is done. What computing took of the processor is shared out by the time on the wall: nothing in it waits
  /// for anything but a core.
  package mutating func finish() {
    end()
    endCPU()
    let sum = StageClock.computingStages.reduce(Duration.zero) { $0 + times[$1] }
    guard sum > .zero else { return }
    for stage in StageClock.computingStages { cpuTimes[stage] = computing * (times[stage] / sum) }
  }

  private mutating func endCPU() {
    guard let before = enteredCPU else { return }
    let now = system_thread_cpu_nanoseconds()
    if stage.computes { computing += .nanoseconds(now - before) } else { cpuTimes[stage] += .nanoseconds(now - before) }
    enteredCPU = now
  }
}

extension Stage {
  fileprivate var computes: Bool {
    switch self {
    case .decode, .resize, .encode: true
    default: false
    }
  }
}
