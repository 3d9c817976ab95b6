internal import SystemSupport

/// The same work, measured in every mode.
package struct Comparison: Sendable {
  package let work: WorkDone
  package let workers: Int
  package let cores: Int
  package let records: [Record]

  /// - Parameter records: of all contestants, with as many runs each.
  package init(work: WorkDone, workers: Int, cores: Int, records: [Record]) {
    precondition(
      records.map(\.contestant) == work.workload.contestants && Set(records.map(\.runs.count)).count == 1,
      "every contestant runs as often as the others")
    self.work = work
    self.workers = workers
    self.cores = cores
    self.records = records
  }

  package var rounds: Int { self[.serial].runs.count }

  package func has(_ contestant: Contestant) -> Bool { work.workload.contestants.contains(contestant) }

  package subscript(contestant: Contestant) -> Record {
    guard let record = records.first(where: { $0.contestant == contestant }) else {
      preconditionFailure("every contestant has a record")
    }
    return record
  }

  /// How many times as fast as serial.
  package func speedUp(of contestant: Contestant) -> Ratio {
    Ratio(of: walls(.serial), to: walls(contestant))
  }

  /// How many times as long one takes as another.
  package func wallRatio(of one: Contestant, to other: Contestant) -> Ratio {
    Ratio(of: walls(one), to: walls(other))
  }

  /// How many times as much CPU one takes as another.
  package func cpuRatio(of one: Contestant, to other: Contestant) -> Ratio {
    Ratio(of: cpus(one), to: cpus(other))
  }

  /// The median of a mode's CPU time for one item, in seconds.
  package func cpuPerItem(_ contestant: Contestant) -> Double { perItem(cpus(contestant)) }

  package func systemPerItem(_ contestant: Contestant) -> Double {
    perItem(self[contestant].runs.map(\.system.inSeconds))
  }

  /// Cores that a mode kept busy, on average.
  package func busyCores(_ contestant: Contestant) -> Double {
    Summary(zip(cpus(contestant), walls(contestant)).map { $0 / $1 }).median
  }

  /// The mode whose runs differ most, and from lowest to highest how much.
  package var widestSpread: (contestant: Contestant, spread: Double) {
    let spreads = records.map { (contestant: $0.contestant, spread: Summary($0.runs.map(\.wall)).spread) }
    return spreads.max { $0.spread < $1.spread } ?? (.serial, 0)
  }

  private func perItem(_ seconds: [Double]) -> Double {
    Summary(seconds).median / Double(max(1, work.items + work.failed))
  }

  /// The clock of CPU time may not have moved in a tiny run, and a ratio needs something above 0.
  private static let least = 1e-6

  private func walls(_ contestant: Contestant) -> [Double] {
    self[contestant].runs.map { max($0.wall.inSeconds, Comparison.least) }
  }

  private func cpus(_ contestant: Contestant) -> [Double] {
    self[contestant].runs.map { max($0.cpu.inSeconds, Comparison.least) }
  }
}
