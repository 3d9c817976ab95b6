/// Who can run contestants: real processes, or a stub in tests.
package protocol Contest {
  associatedtype Failure: Error

  /// One run over all pictures that is not timed, so it may be watched: caches fill, memory is measured.
  mutating func warmUp(_ contestant: Contestant) throws(Failure) -> MemoryPeak
  /// One timed run without a picture.
  mutating func start(_ contestant: Contestant) throws(Failure) -> Measurement
  /// One timed run over all pictures.
  mutating func work(_ contestant: Contestant) throws(Failure) -> Measurement
}

/// The order of the runs: a warm-up of each contestant, then rounds in which each starts empty and works once.
///
/// Contestants take turns within a round, so that a machine that grows slower or busier does so for all of them; and the
/// order changes from round to round, so that nobody always runs in somebody's heat.
package struct Schedule: Sendable {
  package let contestants: [Contestant]
  package let rounds: Int

  /// - Parameter rounds: 1 or more; an interval needs 2.
  package init(contestants: [Contestant] = Contestant.allCases, rounds: Int) {
    precondition(rounds >= 1 && !contestants.isEmpty, "a comparison has contestants and rounds")
    self.contestants = contestants
    self.rounds = rounds
  }

  /// Another one begins in each round, and every second round goes backwards.
  package func order(inRound round: Int) -> [Contestant] {
    let shift = round % contestants.count
    let rotated = Array(contestants[shift...] + contestants[..<shift])
    return round % 2 == 0 ? rotated : rotated.reversed()
  }

  /// Measures all contestants.
  /// - Returns: a record of each, in the order of `contestants`.
  package func run<Field: Contest>(_ contest: inout Field) throws(Field.Failure) -> [Record] {
    var records: [Record] = []
    for contestant in contestants {
      records.append(Record(contestant: contestant, memory: try contest.warmUp(contestant)))
    }
    for round in 0..<rounds {
      for contestant in order(inRound: round) {
        guard let place = contestants.firstIndex(of: contestant) else { continue }
        records[place].starts.append(try contest.start(contestant))
        records[place].runs.append(try contest.work(contestant))
      }
    }
    return records
  }
}
