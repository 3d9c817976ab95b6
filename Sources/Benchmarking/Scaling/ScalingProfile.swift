internal import RunState
internal import SystemSupport

/// One workload by more and more workers, in every mode.
package struct ScalingProfile: Sendable {
  package let work: WorkDone
  package let cores: Int
  /// Serial first, then mode by mode, each from few workers to many and 1 among them.
  package let records: [Record]
  /// Where the workload has something to say within one item.
  package let bands: BandProfile?
  /// What else the machine did meanwhile; nil where the system does not tell.
  package let load: MachineLoad?

  /// - Parameter records: as many runs of each.
  package init(work: WorkDone, cores: Int, records: [Record], bands: BandProfile? = nil, load: MachineLoad? = nil) {
    precondition(
      records.first?.contestant == .serial && Set(records.map(\.runs.count)).count == 1,
      "serial is the measure, and every setting runs as often as the others")
    self.work = work
    self.cores = cores
    self.records = records
    self.bands = bands
    self.load = load
  }

  /// The settings to measure: serial, and every other mode with each count of workers.
  /// - Parameter counts: of workers; 1 joins them, since the curve begins there.
  package static func settings(_ contestants: [Contestant], counts: [Int]) -> [Setting] {
    let counts = Set(counts).union([1]).sorted()
    return [Setting(.serial, workers: 1)]
      + contestants.filter { $0 != .serial && $0 != .perPicture }.flatMap { contestant in
        counts.map { Setting(contestant, workers: $0) }
      }
  }

  /// 1, 2, 4 and so on, and the last one.
  package static func doublings(upTo last: Int) -> [Int] {
    let counts = sequence(first: 1) { $0 < last ? min(2 * $0, last) : nil }
    return Array(counts)
  }

  package var rounds: Int { serial.runs.count }
  package var serial: Record { records[0] }

  /// The modes that have a curve.
  package var contestants: [Contestant] { work.workload.contestants.filter { mode in mode != .serial && has(mode) } }

  private func has(_ contestant: Contestant) -> Bool { records.contains { $0.contestant == contestant } }

  package subscript(setting: Setting) -> Record? { records.first { $0.setting == setting } }

  /// Distinct counts of workers.
  package var counts: [Int] { Set(records.map(\.setting.workers)).sorted() }

  /// What one setting means beside serial.
  package func point(_ record: Record) -> ScalingPoint {
    let speedUp = Ratio(of: serial.walls, to: record.walls)
    return ScalingPoint(
      record: record, speedUp: speedUp, inflation: Ratio(of: record.cpus, to: serial.cpus),
      karpFlatt: record.setting.workers > 1 ? Benchmarking.karpFlatt(speedUp, workers: record.setting.workers) : nil,
      isBeyondCores: isBeyondCores(record.setting.workers))
  }

  package func points(_ contestant: Contestant) -> [ScalingPoint] {
    records.filter { $0.contestant == contestant }.map(point)
  }

  /// The most that so many workers can bring.
  package func ideal(_ workers: Double) -> Double {
    work.workload.bound == .cores ? min(workers, Double(cores)) : workers
  }

  /// A law over the counts that it can be about: no more workers than cores, where those are what they need.
  package func fit(_ law: ScalingLaw, _ contestant: Contestant) -> FittedLaw? {
    let fitting = records.filter { $0.contestant == contestant && !isBeyondCores($0.setting.workers) }
    return FittedLaw(law, times: Dictionary(uniqueKeysWithValues: fitting.map { ($0.setting.workers, $0.walls) }))
  }

  /// How many distinct counts a fit has to go by.
  package var fittingCounts: Int { counts.filter { !isBeyondCores($0) }.count }

  func isBeyondCores(_ workers: Int) -> Bool { work.workload.bound == .cores && workers > cores }

  /// The setting whose runs differ most, and from lowest to highest how much.
  package var widestSpread: (setting: Setting, spread: Double) {
    let spreads = records.map { (setting: $0.setting, spread: Summary($0.walls).spread) }
    return spreads.max { $0.spread < $1.spread } ?? (serial.setting, 0)
  }
}

/// A setting beside serial.
package struct ScalingPoint: Sendable {
  package let record: Record
  package let speedUp: Ratio
  /// How many times the CPU time of serial.
  package let inflation: Ratio
  /// Nil for one worker.
  package let karpFlatt: Estimate?
  package let isBeyondCores: Bool

  package var workers: Int { record.setting.workers }
  package var efficiency: Double { speedUp.estimate / Double(workers) }
}

extension Record {
  /// The clock of CPU time may not have moved in a tiny run, and a ratio needs something above 0.
  private static let least = 1e-6

  package var walls: [Double] { runs.map { max($0.wall.inSeconds, Record.least) } }
  package var cpus: [Double] { runs.map { max($0.cpu.inSeconds, Record.least) } }

  /// The stages' medians over the runs, in seconds, and what belongs to none of them: starting, scheduling, the system's
  /// part of memory, helpers within a picture.
  package var stages: [StageMedian] {
    guard let first = runs.first, !first.stages.isEmpty else { return [] }
    let known = first.stages.indices.map { place in
      StageMedian(
        name: first.stages[place].name, wall: Summary(runs.map { $0.stages[place].wall }).median,
        cpu: Summary(runs.map { $0.stages[place].cpu }).median)
    }
    let rest = Summary(runs.map { run in max(0, (run.cpu - run.stages.reduce(.zero) { $0 + $1.cpu }).inSeconds) })
    return known + [StageMedian(name: "other", wall: 0, cpu: rest.median)]
  }

  /// CPU times of one stage in all runs, in seconds.
  package func cpus(ofStage place: Int) -> [Double] {
    runs.map { max($0.stages[place].cpu.inSeconds, Record.least) }
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
