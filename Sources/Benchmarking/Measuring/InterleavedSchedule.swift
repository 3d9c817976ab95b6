/// Runs a workload in any setting: with real processes, or as a stub in tests.
package protocol BenchmarkTarget {
  associatedtype Failure: Error

  /// An untimed run over all items, which may be observed: it fills caches and measures memory.
  mutating func warmUp(_ configuration: Configuration) throws(Failure) -> WarmUp
  /// A timed run without any item.
  mutating func start(_ configuration: Configuration) throws(Failure) -> Measurement
  /// A timed run over all items.
  mutating func work(_ configuration: Configuration) throws(Failure) -> Measurement
}

/// The order of the runs: a warm-up of each setting, then rounds in which each setting has an empty run and a full run.
///
/// Settings take turns within a round, so that all are affected when the machine becomes slower or busier. The order changes from
/// round to round, so that no setting always runs on a processor heated by the same predecessor.
package struct InterleavedSchedule: Sendable {
  package let configurations: [Configuration]
  package let rounds: Int

  /// - Parameter rounds: 1 or more; a confidence interval needs 2.
  package init(_ configurations: [Configuration], rounds: Int) {
    precondition(rounds >= 1 && !configurations.isEmpty, "a schedule has settings and rounds")
    self.configurations = configurations
    self.rounds = rounds
  }

  /// Each round starts with another setting, and every second round is reversed.
  package func order(inRound round: Int) -> [Configuration] {
    let shift = round % configurations.count
    let rotated = Array(configurations[shift...] + configurations[..<shift])
    return round % 2 == 0 ? rotated : rotated.reversed()
  }

  /// Measures all settings.
  /// - Returns: one record per setting, in the order of `configurations`.
  package func run<Target: BenchmarkTarget>(_ target: inout Target) throws(Target.Failure) -> [Samples] {
    var records: [Samples] = []
    for configuration in configurations {
      let warmUp = try target.warmUp(configuration)
      records.append(Samples(configuration: configuration, memory: warmUp.memory))
      records[records.count - 1].items = warmUp.items
    }
    for round in 0..<rounds {
      for configuration in order(inRound: round) {
        guard let index = configurations.firstIndex(of: configuration) else { continue }
        records[index].starts.append(try target.start(configuration))
        records[index].runs.append(try target.work(configuration))
      }
    }
    return records
  }
}
