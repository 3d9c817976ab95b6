internal import SystemSupport

/// The same work, measured in every mode.
package struct Comparison: Sendable {
  package let work: WorkSummary
  package let workers: Int
  package let cores: Int
  package let records: [Samples]

  /// - Parameter records: of all contestants, with as many runs each.
  package init(work: WorkSummary, workers: Int, cores: Int, records: [Samples]) {
    precondition(
      records.map(\.mode) == work.workload.modes && Set(records.map(\.runs.count)).count == 1,
      "every contestant runs as often as the others")
    self.work = work
    self.workers = workers
    self.cores = cores
    self.records = records
  }

  package var rounds: Int { self[.serial].runs.count }

  package func has(_ mode: BenchmarkMode) -> Bool { work.workload.modes.contains(mode) }

  package subscript(mode: BenchmarkMode) -> Samples {
    guard let record = records.first(where: { $0.mode == mode }) else {
      preconditionFailure("every contestant has a record")
    }
    return record
  }

  /// How many times as fast as serial.
  package func speedUp(of mode: BenchmarkMode) -> Ratio {
    Ratio(of: walls(.serial), to: walls(mode))
  }

  /// How many times as long one takes as another.
  package func wallRatio(of one: BenchmarkMode, to other: BenchmarkMode) -> Ratio {
    Ratio(of: walls(one), to: walls(other))
  }

  /// How many times as much CPU one takes as another.
  package func cpuRatio(of one: BenchmarkMode, to other: BenchmarkMode) -> Ratio {
    Ratio(of: cpus(one), to: cpus(other))
  }

  /// The median of a mode's CPU time for one item, in seconds.
  package func cpuPerItem(_ mode: BenchmarkMode) -> Double { perItem(cpus(mode)) }

  package func systemPerItem(_ mode: BenchmarkMode) -> Double {
    perItem(self[mode].runs.map(\.system.inSeconds))
  }

  /// Cores that a mode kept busy, on average.
  package func busyCores(_ mode: BenchmarkMode) -> Double {
    Summary(zip(cpus(mode), walls(mode)).map { $0 / $1 }).median
  }

  /// The mode whose runs differ most, and from lowest to highest how much.
  package var widestSpread: (mode: BenchmarkMode, spread: Double) {
    let spreads = records.map { (mode: $0.mode, spread: Summary($0.runs.map(\.wall)).spread) }
    return spreads.max { $0.spread < $1.spread } ?? (.serial, 0)
  }

  private func perItem(_ seconds: [Double]) -> Double {
    Summary(seconds).median / Double(max(1, work.items + work.failed))
  }

  /// The clock of CPU time may not have moved in a tiny run, and a ratio needs something above 0.
  private static let minimum = 1e-6

  private func walls(_ mode: BenchmarkMode) -> [Double] {
    self[mode].runs.map { max($0.wall.inSeconds, Comparison.minimum) }
  }

  private func cpus(_ mode: BenchmarkMode) -> [Double] {
    self[mode].runs.map { max($0.cpu.inSeconds, Comparison.minimum) }
  }
}
