internal import SystemSupport

/// The measurements of one workload in every mode.
package struct Comparison: Sendable {
  package let work: WorkSummary
  package let workers: Int
  package let cores: Int
  package let records: [Samples]

  /// - Parameter records: one per mode of the workload, with equal numbers of runs.
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

  /// The speed-up over serial mode.
  package func speedUp(of mode: BenchmarkMode) -> Ratio {
    Ratio(of: walls(.serial), to: walls(mode))
  }

  /// The ratio of the wall times of two modes.
  package func wallRatio(of one: BenchmarkMode, to other: BenchmarkMode) -> Ratio {
    Ratio(of: walls(one), to: walls(other))
  }

  /// The ratio of the CPU times of two modes.
  package func cpuRatio(of one: BenchmarkMode, to other: BenchmarkMode) -> Ratio {
    Ratio(of: cpus(one), to: cpus(other))
  }

  /// The median of a mode's CPU time for one item, in seconds.
  package func cpuPerItem(_ mode: BenchmarkMode) -> Double { perItem(cpus(mode)) }

  package func systemPerItem(_ mode: BenchmarkMode) -> Double {
    perItem(self[mode].runs.map(\.system.inSeconds))
  }

  /// The average number of cores that a mode kept busy.
  package func busyCores(_ mode: BenchmarkMode) -> Double {
    Summary(zip(cpus(mode), walls(mode)).map { $0 / $1 }).median
  }

  /// The mode whose wall times vary most, and its spread from lowest to highest.
  package var widestSpread: (mode: BenchmarkMode, spread: Double) {
    let spreads = records.map { (mode: $0.mode, spread: Summary($0.runs.map(\.wall)).spread) }
    return spreads.max { $0.spread < $1.spread } ?? (.serial, 0)
  }

  private func perItem(_ seconds: [Double]) -> Double {
    Summary(seconds).median / Double(max(1, work.items + work.failed))
  }

  /// Avoids a ratio of 0: the CPU clock may not advance in a tiny run.
  private static let minimum = 1e-6

  private func walls(_ mode: BenchmarkMode) -> [Double] {
    self[mode].runs.map { max($0.wall.inSeconds, Comparison.minimum) }
  }

  private func cpus(_ mode: BenchmarkMode) -> [Double] {
    self[mode].runs.map { max($0.cpu.inSeconds, Comparison.minimum) }
  }
}
