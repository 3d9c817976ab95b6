internal import TextFormatting

/// What a curve means, in sentences that are derived from its numbers and from nothing else.
extension ScalingProfile {
  /// From here on a stage's waiting is worth a sentence.
  private static let waitingShare = 0.20
  /// A law that is further off does not describe the runs.
  private static let farOff = 0.05

  package var advice: [String] {
    [recommendation] + isolation + laws + inflation + [stageWords].compactMap { $0 } + waitingWords
      + [bands.map { $0.words(beside: bandsBeside($0)) }].compactMap { $0 } + [noise]
  }

  private var recommendation: String {
    guard let point = bestPoint else {
      return isNoisy
        ? "No advice: the runs differ too much to tell the settings apart. Measure again when the machine is quiet."
        : "Use --mode serial here: no other setting is faster beyond doubt"
          + (counts.count == 1 ? "; one worker only was measured." : ".")
    }
    return "Use \(options(point.record.setting)) here: \(times(point.speedUp)) as fast as serial"
      + neighbours(of: point) + "."
  }

  private func options(_ setting: Setting) -> String {
    "--mode \(setting.contestant.rawValue) \(work.workload.workersOption) \(setting.workers)"
  }

  /// What the next counts of workers would give, since that is the evidence.
  private func neighbours(of point: ScalingPoint) -> String {
    let points = points(point.record.contestant)
    let more = points.first { $0.workers > point.workers }
    let fewer = points.last { $0.workers < point.workers }
    func change(_ other: ScalingPoint) -> String {
      let ratio = Ratio(of: point.record.walls, to: other.record.walls)
      let gain = ratio.estimate - 1
      return "\(work.workload.workersOption) \(other.workers) \(gain < 0 ? "loses" : "gains") \(percent(abs(gain)))"
    }
    let words = [more, fewer].compactMap { $0.map(change) }
    return words.isEmpty ? "" : "; " + words.joined(separator: ", ")
  }

  private var isolation: [String] {
    guard let point = bestPoint, let threads = self[Setting(.threads, workers: point.workers)],
      let processes = self[Setting(.processes, workers: point.workers)]
    else { return [] }
    let ratio = Ratio(of: processes.walls, to: threads.walls)
    let change =
      ratio.mayBeOne
      ? "as long as threads as far as can be told"
      : "\(percent(abs(ratio.estimate - 1))) \(ratio.estimate > 1 ? "longer" : "shorter") than threads"
    return [
      "With \(counted(point.workers, "worker")), processes take \(change) (95 %: \(interval(ratio)) times); choose them where "
        + "\(work.workload.item)s come from strangers."
    ]
  }

  private var laws: [String] {
    let fits = contestants.flatMap { contestant in
      ScalingLaw.allCases.compactMap { law in fit(law, contestant).map { words($0, contestant) } }
    }
    let refused = ScalingLaw.allCases.filter { fittingCounts < $0.leastCounts }
    guard !refused.isEmpty else { return fits }
    let within = work.workload.bound == .cores ? " within \(counted(cores, "core"))" : ""
    let needs = refused.map { "\($0.title) takes \($0.leastCounts)" }.joined(separator: ", ")
    return fits + [
      "Too few points for a law: \(counted(fittingCounts, "count")) of workers\(within); \(needs)."
    ]
  }

  private func words(_ fit: FittedLaw, _ contestant: Contestant) -> String {
    var text = "\(fit.law.title) over \(contestant.rawValue): a serial share of \(share(fit.serialShare))"
    if let crosstalk = fit.crosstalk { text += ", and \(share(crosstalk)) for each pair of workers" }
    text += "; the worst residual is \(percent(fit.worstResidual))"
    if fit.worstResidual > ScalingProfile.farOff { text += ", so it does not describe these runs" }
    if let peak = fit.peak { text += "; from \(Int(peak.rounded())) workers on more of them cost time" }
    return text + "."
  }

  /// "3.9 % (95 %: 3.5 to 4.3 %)".
  private func share(_ estimate: Estimate) -> String {
    func words(_ value: Double) -> String { decimal(value * 100, places: abs(value) < 0.01 ? 2 : 1) }
    return "\(words(estimate.value)) % (95 %: \(words(estimate.lowest)) to \(words(estimate.highest)) %)"
  }

  private var inflation: [String] {
    guard let point = bestPoint, point.inflation.lowest > 1 + ScalingProfile.negligible else { return [] }
    let worst = serial.stages.indices.dropLast().map { place in
      (
        name: serial.stages[place].name, more: point.record.stages[place].cpu - serial.stages[place].cpu,
        ratio: Ratio(of: point.record.cpus(ofStage: place), to: serial.cpus(ofStage: place))
      )
    }.max { $0.more < $1.more }
    let most = worst.map { $0.more > 0 ? ", most of it in \($0.name) (\(percent($0.ratio.estimate - 1)))" : "" } ?? ""
    return [
      "\(counted(point.workers, "worker")) take \(percent(point.inflation.estimate - 1)) more CPU than serial (95 %: "
        + "\(interval(point.inflation)) times)\(most): they share caches, memory and clock."
    ]
  }

  private var stageWords: String? {
    let stages = serial.stages
    let sum = stages.reduce(0) { $0 + $1.cpu }
    guard let first = stages.dropLast().max(by: { $0.cpu < $1.cpu }), let other = stages.last, sum > 0 else {
      return nil
    }
    let words =
      "\(first.name.capitalizedFirst) takes \(percent(first.cpu / sum)) of the CPU time, "
      + "\(milliseconds(first.cpu / Double(max(1, work.items)))) a \(work.workload.item)."
    guard other.cpu / sum > ScalingProfile.waitingShare else { return words }
    return words
      + " \(percent(other.cpu / sum)) belongs to no stage: the work is short beside the program's start, so take "
      + "more \(work.workload.item)s to measure by."
  }

  private var waitingWords: [String] {
    let record = bestPoint?.record ?? serial
    let sum = record.stages.reduce(0) { $0 + $1.wall }
    guard sum > 0, record.setting.workers <= cores || work.workload.bound == .answers else { return [] }
    // Where a stage touches no storage, what waits waits for a core, and the noise tells of that.
    let waiting = record.stages.filter { stage in
      stage.waiting / sum > ScalingProfile.waitingShare
        && (work.workload.bound == .answers || ["read", "write"].contains(stage.name))
    }
    return waiting.map { stage in
      let bound = work.workload.bound == .answers ? "Bound by answers" : "Storage-bound"
      return "\(bound): \(percent(stage.wall / sum)) of the workers' time is \(stage.name), and "
        + "\(percent(stage.waiting / sum)) of all is waiting in it."
    }
  }

  /// Pictures side by side with as many workers as the most bands.
  private func bandsBeside(_ bands: BandProfile) -> ScalingPoint? {
    bands.runs.last.flatMap { self[Setting(.threads, workers: $0.bands)] }.map(point)
  }

  private var noise: String {
    let (setting, spread) = widestSpread
    let words = "results vary by \(percent(spread)) (\(setting.words))"
    let causes = causes
    if !isNoisy && causes.isEmpty { return "The machine was quiet: \(words) at most." }
    return (isNoisy ? "This machine was busy or throttled: \(words)." : "The \(words) at most.")
      + causes.map { " " + $0 }.joined()
      + (isNoisy ? " Differences below that are not to be trusted; a quiet machine or more --runs help." : "")
  }

  private var causes: [String] {
    var words: [String] = []
    if let slowdown, slowdown > ScalingProfile.farOff {
      words.append(
        "The same work took \(percent(slowdown)) more CPU time in the last round than in the first: the clock went down."
      )
    }
    guard let load else { return words }
    if load.otherCores > 0.05 * Double(cores) {
      words.append("Other processes kept \(decimal(load.otherCores)) cores busy meanwhile.")
    }
    if load.stolenShare > 0.01 {
      words.append("The hypervisor gave \(percent(load.stolenShare)) of the time to other machines.")
    }
    if load.throttledSeconds > 0.05 {
      words.append("The control group's quota stopped it for \(decimal(load.throttledSeconds)) s.")
    }
    return words
  }

  /// How much more CPU time all settings took in the last round than in the first; nil where it did not grow all the way.
  private var slowdown: Double? {
    let rounds = (0..<rounds).map { round in records.reduce(0) { $0 + $1.cpus[round] } }
    guard rounds.count > 1, rounds == rounds.sorted(), let first = rounds.first, let last = rounds.last else {
      return nil
    }
    return last / first - 1
  }

  /// "1.92 times (95 %: 1.88 to 1.96)".
  private func times(_ ratio: Ratio) -> String { "\(decimal(ratio.estimate)) times (95 %: \(interval(ratio)))" }
}
