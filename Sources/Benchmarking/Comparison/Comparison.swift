internal import SystemSupport

/// The measurements of one workload in every mode.
package struct Comparison: Sendable {
  package let work: WorkSummary
  package let workers: Int
  package let cores: Int
  package let records: [Samples]
  package let storage: StorageSpeed

  /// - Parameter records: one per mode of the workload, with equal numbers of runs.
  package init(
    work: WorkSummary, workers: Int, cores: Int, records: [Samples], storage: StorageSpeed = .fast
  ) {
    precondition(
      records.map(\.mode) == work.workload.modes && Set(records.map(\.runs.count)).count == 1,
      "every mode has a record with the same number of runs")
    self.work = work
    self.workers = workers
    self.cores = cores
    self.records = records
    self.storage = storage
  }

  package var rounds: Int { self[.serial].runs.count }

  package func has(_ mode: BenchmarkMode) -> Bool { work.workload.modes.contains(mode) }

  package subscript(mode: BenchmarkMode) -> Samples {
    guard let record = records.first(where: { $0.mode == mode }) else {
      preconditionFailure("every mode of the workload has a record")
    }
    return record
  }

  /// The speed-up over serial mode.
  package func speedUp(of mode: BenchmarkMode) -> ConfidenceInterval {
    ConfidenceInterval(ratioOf: self[.serial].walls, to: self[mode].walls)
  }

  /// The ratio of the wall times of two modes.
  package func wallRatio(of one: BenchmarkMode, to other: BenchmarkMode) -> ConfidenceInterval {
    ConfidenceInterval(ratioOf: self[one].walls, to: self[other].walls)
  }

  /// What readers gain; nil where storage is fast, or no mode was measured without them.
  package var storageGain: StorageGain? {
    guard storage == .slow, has(.unassistedThreads) else { return nil }
    return StorageGain(
      waiting: self[.unassistedThreads].waitingShare, readers: self[.threads].readers,
      gain: wallRatio(of: .unassistedThreads, to: .threads))
  }

  /// The ratio of the CPU times of two modes.
  package func cpuRatio(of one: BenchmarkMode, to other: BenchmarkMode) -> ConfidenceInterval {
    ConfidenceInterval(ratioOf: self[one].cpus, to: self[other].cpus)
  }

  /// The median of a mode's CPU time for one item, in seconds.
  package func cpuPerItem(_ mode: BenchmarkMode) -> Double { perItem(self[mode].cpus) }

  package func systemPerItem(_ mode: BenchmarkMode) -> Double {
    perItem(self[mode].runs.map(\.system.inSeconds))
  }

  /// The average number of cores that a mode kept busy.
  package func busyCores(_ mode: BenchmarkMode) -> Double {
    Summary(zip(self[mode].cpus, self[mode].walls).map { $0 / $1 }).median
  }

  /// The mode whose wall times vary most, and its spread from lowest to highest.
  package var widestSpread: (mode: BenchmarkMode, spread: Double) {
    let spreads = records.map { (mode: $0.mode, spread: Summary($0.runs.map(\.wall)).spread) }
    return spreads.max { $0.spread < $1.spread } ?? (.serial, 0)
  }

  private func perItem(_ seconds: [Double]) -> Double {
    Summary(seconds).median / Double(max(1, work.items + work.failed))
  }
}
