/// Who can run a workload in any setting: real processes, or a stub in tests.
package protocol Contest {
  associatedtype Failure: Error

  /// One run over all of the work that is not timed, so it may be watched: caches fill, memory is measured.
  mutating func warmUp(_ setting: Setting) throws(Failure) -> WarmUp
  /// One timed run that has nothing to do.
  mutating func start(_ setting: Setting) throws(Failure) -> Measurement
  /// One timed run over all of the work.
  mutating func work(_ setting: Setting) throws(Failure) -> Measurement
}

/// The order of the runs: a warm-up of each setting, then rounds in which each starts empty and works once.
///
/// Settings take turns within a round, so that a machine that grows slower or busier does so for all of them; and the
/// order changes from round to round, so that nobody always runs in somebody's heat.
package struct Schedule: Sendable {
  package let settings: [Setting]
  package let rounds: Int

  /// - Parameter rounds: 1 or more; an interval needs 2.
  package init(_ settings: [Setting], rounds: Int) {
    precondition(rounds >= 1 && !settings.isEmpty, "a comparison has contestants and rounds")
    self.settings = settings
    self.rounds = rounds
  }

  /// Another one begins in each round, and every second round goes backwards.
  package func order(inRound round: Int) -> [Setting] {
    let shift = round % settings.count
    let rotated = Array(settings[shift...] + settings[..<shift])
    return round % 2 == 0 ? rotated : rotated.reversed()
  }

  /// Measures all settings.
  /// - Returns: a record of each, in the order of `settings`.
  package func run<Field: Contest>(_ contest: inout Field) throws(Field.Failure) -> [Record] {
    var records: [Record] = []
    for setting in settings {
      let warmUp = try contest.warmUp(setting)
      records.append(Record(setting: setting, memory: warmUp.memory))
      records[records.count - 1].items = warmUp.items
    }
    for round in 0..<rounds {
      for setting in order(inRound: round) {
        guard let place = settings.firstIndex(of: setting) else { continue }
        records[place].starts.append(try contest.start(setting))
        records[place].runs.append(try contest.work(setting))
      }
    }
    return records
  }
}
