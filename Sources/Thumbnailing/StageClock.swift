internal import CPlatform
package import ImageErrors

/// The current stage of an image, and the time spent in each stage: wall time, and on request the processor time of the thread.
package struct StageClock {
  package private(set) var stage: Stage = .read
  package private(set) var times = StageTimes()
  package private(set) var cpuTimes = StageTimes()
  private var entered = ContinuousClock.now
  /// Nil if processor time is not measured.
  private var enteredCPU: UInt64?
  /// Processor time of the computing stages, which `finish` divides among them.
  private var computing = Duration.zero

  private static let computingStages: [Stage] = [.decode, .resize, .encode]

  /// - Parameters:
  ///   - clocks: processor time takes a system call of 1.5 µs on virtual machines, too much for every small image.
  ///   - readTime: time that was spent on reading before.
  package init(_ clocks: StageClocks = .wall, readTime: Duration = .zero) {
    times[.read] = readTime
    enteredCPU = clocks == .wall ? nil : system_thread_cpu_nanoseconds()
  }

  /// Ends the current stage and begins another.
  package mutating func enter(_ next: Stage) {
    end()
    // Between two computing stages processor time is not read.
    if !stage.computes || !next.computes { endCPU() }
    stage = next
  }

  /// Discards the wall time since the last call, in which the image waited for others. Waiting takes no processor time.
  package mutating func skip() { entered = ContinuousClock.now }

  /// Adds the time since the last call to the current stage.
  package mutating func end() {
    let now = ContinuousClock.now
    times[stage] += now - entered
    entered = now
  }

  /// Ends the measurement. The processor time of the computing stages is divided by their wall time, because they wait for
  /// nothing but a core.
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
