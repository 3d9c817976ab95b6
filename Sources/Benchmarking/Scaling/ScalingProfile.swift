internal import RunState
internal import SystemSupport

/// The measurements of one workload with increasing numbers of workers (or readers), in every mode.
package struct ScalingProfile: Sendable {
  package let work: WorkSummary
  package let cores: Int
  /// Serial first, then mode by mode, each in ascending order of workers from 1.
  package let records: [Samples]
  /// The scaling within one item; nil where it was not measured.
  package let bands: SingleImageScaling?
  /// The other load of the machine during the runs; nil where the system does not report it.
  package let load: MachineLoad?
  package let storage: StorageSpeed
  /// What readers gain, by another profile; nil where that was not measured.
  package let storageGain: StorageGain?

  /// - Parameter records: serial first, with equal numbers of runs.
  package init(
    work: WorkSummary, cores: Int, records: [Samples], bands: SingleImageScaling? = nil, load: MachineLoad? = nil,
    storage: StorageSpeed = .fast, storageGain: StorageGain? = nil
  ) {
    precondition(
      records.first?.mode == .serial && Set(records.map(\.runs.count)).count == 1,
      "serial is the reference, and every setting runs as often as the others")
    self.work = work
    self.cores = cores
    self.records = records
    self.bands = bands
    self.load = load
    self.storage = storage
    self.storageGain = storageGain
  }

  /// The settings to measure: serial, and each other mode with each number of workers.
  /// - Parameter counts: the numbers of workers. 1 is added, because the curve starts there.
  package static func configurations(_ modes: [BenchmarkMode], counts: [Int]) -> [Configuration] {
    let counts = Set(counts).union([1]).sorted()
    return [Configuration(.serial, workers: 1)]
      + modes.filter { $0 != .serial && $0 != .perImage }.flatMap { mode in
        counts.map { Configuration(mode, workers: $0) }
      }
  }

  /// 1, 2, 4 and so on, and `last`.
  package static func doublings(upTo last: Int) -> [Int] {
    let counts = sequence(first: 1) { $0 < last ? min(2 * $0, last) : nil }
    return Array(counts)
  }

  package var rounds: Int { serial.runs.count }
  package var serial: Samples { records[0] }

  /// The modes that have a curve.
  package var modes: [BenchmarkMode] { work.workload.modes.filter { mode in mode != .serial && has(mode) } }

  private func has(_ mode: BenchmarkMode) -> Bool { records.contains { $0.mode == mode } }

  package subscript(configuration: Configuration) -> Samples? { records.first { $0.configuration == configuration } }

  /// The distinct numbers of workers.
  package var counts: [Int] { Set(records.map(\.configuration.workers)).sorted() }

  /// One setting compared with serial.
  package func point(_ record: Samples) -> ScalingPoint {
    let speedUp = ConfidenceInterval(ratioOf: serial.walls, to: record.walls)
    return ScalingPoint(
      record: record, speedUp: speedUp, inflation: ConfidenceInterval(ratioOf: record.cpus, to: serial.cpus),
      karpFlatt: record.configuration.workers > 1
        ? Benchmarking.karpFlatt(speedUp, workers: record.configuration.workers) : nil,
      isBeyondCores: isBeyondCores(record.configuration.workers))
  }

  package func points(_ mode: BenchmarkMode) -> [ScalingPoint] {
    records.filter { $0.mode == mode }.map(point)
  }

  /// What the readers of this profile gain over one; nil for other profiles.
  package var readersGain: StorageGain? {
    guard work.workload.bound == .storage, let one = self[Configuration(.readers, workers: 1)] else { return nil }
    guard let best = enough(.readers) else { return nil }
    return StorageGain(
      waiting: serial.waitingShare, readers: best.workers,
      gain: ConfidenceInterval(ratioOf: one.walls, to: best.record.walls))
  }

  /// The ideal speed-up of a number of workers.
  package func ideal(_ workers: Double) -> Double {
    work.workload.bound == .cores ? min(workers, Double(cores)) : workers
  }

  /// Fits a law to the valid counts: those up to the number of cores, where cores are the bottleneck.
  package func fit(_ law: ScalingLaw, _ mode: BenchmarkMode) -> FittedLaw? {
    let fitting = records.filter { $0.mode == mode && !isBeyondCores($0.configuration.workers) }
    return FittedLaw(law, times: Dictionary(uniqueKeysWithValues: fitting.map { ($0.configuration.workers, $0.walls) }))
  }

  /// The number of distinct counts that a fit can use.
  package var fittingCounts: Int { counts.filter { !isBeyondCores($0) }.count }

  func isBeyondCores(_ workers: Int) -> Bool { work.workload.bound == .cores && workers > cores }

  /// The setting whose wall times vary most, and its spread from lowest to highest.
  package var widestSpread: (configuration: Configuration, spread: Double) {
    let spreads = records.map { (configuration: $0.configuration, spread: Summary($0.walls).spread) }
    return spreads.max { $0.spread < $1.spread } ?? (serial.configuration, 0)
  }
}

/// A setting compared with serial.
package struct ScalingPoint: Sendable {
  package let record: Samples
  package let speedUp: ConfidenceInterval
  /// The ratio of its CPU time to that of serial.
  package let inflation: ConfidenceInterval
  /// Nil for one worker.
  package let karpFlatt: ConfidenceInterval?
  package let isBeyondCores: Bool

  package var workers: Int { record.configuration.workers }
  package var efficiency: Double { speedUp.estimate / Double(workers) }
}

extension Samples {
  /// Avoids a ratio of 0: the CPU clock may not advance in a tiny run.
  private static let minimum = 1e-6

  package var walls: [Double] { runs.map { max($0.wall.inSeconds, Samples.minimum) } }
  package var cpus: [Double] { runs.map { max($0.cpu.inSeconds, Samples.minimum) } }

  /// The medians of the stages over the runs, in seconds, and the CPU time outside all stages: start, scheduling, memory
  /// management by the kernel, helper threads within an image.
  package var stages: [StageMedian] {
    guard let first = runs.first, !first.stages.isEmpty else { return [] }
    let known = first.stages.indices.map { index in
      StageMedian(
        name: first.stages[index].name, wall: Summary(runs.map { $0.stages[index].wall }).median,
        cpu: Summary(runs.map { $0.stages[index].cpu }).median)
    }
    let rest = Summary(runs.map { run in max(0, (run.cpu - run.stages.reduce(.zero) { $0 + $1.cpu }).inSeconds) })
    return known + [StageMedian(name: "other", wall: 0, cpu: rest.median)]
  }

  /// The CPU times of one stage in all runs, in seconds.
  package func cpus(ofStage index: Int) -> [Double] {
    runs.map { max($0.stages[index].cpu.inSeconds, Samples.minimum) }
  }
}

/// The cost of a stage in a run, over all items and workers, in seconds.
package struct StageMedian: Hashable, Sendable {
  package let name: String
  /// The wall time on workers; 0 for work outside the workers.
  package let wall: Double
  package let cpu: Double

  /// The waiting time, usually for storage.
  package var waiting: Double { max(0, wall - cpu) }
}
