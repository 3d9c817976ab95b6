/// Who can run a workload in any setting: real processes, or a stub in tests.
package protocol BenchmarkTarget {
  associatedtype Failure: Error

  /// One run over all of the work that is not timed, so it may be watched: caches fill, memory is measured.
  mutating func warmUp(_ configuration: Configuration) throws(Failure) -> WarmUp
  /// One timed run that has nothing to do.
  mutating func start(_ configuration: Configuration) throws(Failure) -> Measurement
  /// One timed run over all of the work.
  mutating func work(_ configuration: Configuration) throws(Failure) -> Measurement
}

/// The order of the runs: a warm-up of each setting, then rounds in which each starts empty and works once.
///
/// Settings take turns within a round, so that a machine that grows slower or busier does so for all of them; and the
/// order changes from round to round, so that nobody always runs in somebody's heat.
package struct InterleavedSchedule: Sendable {
  package let configurations: [Configuration]
  package let rounds: Int

  /// - Parameter rounds: 1 or more; an interval needs 2.
  package init(_ configurations: [Configuration], rounds: Int) {
    precondition(rounds >= 1 && !configurations.isEmpty, "a comparison has contestants and rounds")
    self.configurations = configurations
    self.rounds = rounds
  }

  /// Another one begins in each round, and every second round goes backwards.
  package func order(inRound round: Int) -> [Configuration] {
    let shift = round % configurations.count
    let rotated = Array(configurations[shift...] + configurations[..<shift])
    return round % 2 == 0 ? rotated : rotated.reversed()
  }

  /// Measures all settings.
  /// - Returns: a record of each, in the order of `configurations`.
  package func run<Field: BenchmarkTarget>(_ target: inout Field) throws(Field.Failure) -> [Samples] {
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
