internal import RunState
internal import SystemSupport

/// One workload by more and more workers, in every mode.
package struct ScalingProfile: Sendable {
  package let work: WorkSummary
  package let cores: Int
  /// Serial first, then mode by mode, each from few workers to many and 1 among them.
  package let records: [Samples]
  /// Where the workload has something to say within one item.
  package let bands: SingleImageScaling?
  /// What else the machine did meanwhile; nil where the system does not tell.
  package let load: MachineLoad?

  /// - Parameter records: as many runs of each.
  package init(
    work: WorkSummary, cores: Int, records: [Samples], bands: SingleImageScaling? = nil, load: MachineLoad? = nil
  ) {
    precondition(
      records.first?.mode == .serial && Set(records.map(\.runs.count)).count == 1,
      "serial is the measure, and every setting runs as often as the others")
    self.work = work
    self.cores = cores
    self.records = records
    self.bands = bands
    self.load = load
  }

  /// The settings to measure: serial, and every other mode with each count of workers.
  /// - Parameter counts: of workers; 1 joins them, since the curve begins there.
  package static func configurations(_ modes: [BenchmarkMode], counts: [Int]) -> [Configuration] {
    let counts = Set(counts).union([1]).sorted()
    return [Configuration(.serial, workers: 1)]
      + modes.filter { $0 != .serial && $0 != .perImage }.flatMap { mode in
        counts.map { Configuration(mode, workers: $0) }
      }
  }

  /// 1, 2, 4 and so on, and the last one.
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

  /// Distinct counts of workers.
  package var counts: [Int] { Set(records.map(\.configuration.workers)).sorted() }

  /// What one setting means beside serial.
  package func point(_ record: Samples) -> ScalingPoint {
    let speedUp = Ratio(of: serial.walls, to: record.walls)
    return ScalingPoint(
      record: record, speedUp: speedUp, inflation: Ratio(of: record.cpus, to: serial.cpus),
      karpFlatt: record.configuration.workers > 1
        ? Benchmarking.karpFlatt(speedUp, workers: record.configuration.workers) : nil,
      isBeyondCores: isBeyondCores(record.configuration.workers))
  }

  package func points(_ mode: BenchmarkMode) -> [ScalingPoint] {
    records.filter { $0.mode == mode }.map(point)
  }

  /// The most that so many workers can bring.
  package func ideal(_ workers: Double) -> Double {
    work.workload.bound == .cores ? min(workers, Double(cores)) : workers
  }

  /// A law over the counts that it can be about: no more workers than cores, where those are what they need.
  package func fit(_ law: ScalingLaw, _ mode: BenchmarkMode) -> FittedLaw? {
    let fitting = records.filter { $0.mode == mode && !isBeyondCores($0.configuration.workers) }
    return FittedLaw(law, times: Dictionary(uniqueKeysWithValues: fitting.map { ($0.configuration.workers, $0.walls) }))
  }

  /// How many distinct counts a fit has to go by.
  package var fittingCounts: Int { counts.filter { !isBeyondCores($0) }.count }

  func isBeyondCores(_ workers: Int) -> Bool { work.workload.bound == .cores && workers > cores }

  /// The setting whose runs differ most, and from lowest to highest how much.
  package var widestSpread: (configuration: Configuration, spread: Double) {
    let spreads = records.map { (configuration: $0.configuration, spread: Summary($0.walls).spread) }
    return spreads.max { $0.spread < $1.spread } ?? (serial.configuration, 0)
  }
}

/// A setting beside serial.
package struct ScalingPoint: Sendable {
  package let record: Samples
  package let speedUp: Ratio
  /// How many times the CPU time of serial.
  package let inflation: Ratio
  /// Nil for one worker.
  package let karpFlatt: Estimate?
  package let isBeyondCores: Bool

  package var workers: Int { record.configuration.workers }
  package var efficiency: Double { speedUp.estimate / Double(workers) }
}

extension Samples {
  /// The clock of CPU time may not have moved in a tiny run, and a ratio needs something above 0.
  private static let minimum = 1e-6

  package var walls: [Double] { runs.map { max($0.wall.inSeconds, Samples.minimum) } }
  package var cpus: [Double] { runs.map { max($0.cpu.inSeconds, Samples.minimum) } }

  /// The stages' medians over the runs, in seconds, and what belongs to none of them: starting, scheduling, the system's
  /// part of memory, helpers within an image.
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

  /// CPU times of one stage in all runs, in seconds.
  package func cpus(ofStage index: Int) -> [Double] {
    runs.map { max($0.stages[index].cpu.inSeconds, Samples.minimum) }
  }
}

/// What a stage takes in a run, over all items and workers, in seconds.
package struct StageMedian: Hashable, Sendable {
  package let name: String
  /// Time on workers; 0 for what is on none.
  package let wall: Double
  package let cpu: Double

  /// The part of its time in which it waited, for storage as a rule.
  package var waiting: Double { max(0, wall - cpu) }
}
