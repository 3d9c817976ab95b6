internal import TextFormatting

/// The interpretation of a profile in sentences, derived only from its numbers.
extension ScalingProfile {
  /// From this share on, the waiting of a stage is reported.
  private static let waitingShare = 0.20
  /// A law with a larger residual does not describe the runs.
  private static let farOff = 0.05

  package var advice: [String] {
    [recommendation] + storageSentence + isolation + laws + inflation + [stageSentence].compactMap { $0 }
      + waitingSentences
      + [bands.map { $0.text(comparedWith: filesAtOnce($0)) }].compactMap { $0 } + confidence
  }

  private var recommendation: String {
    if isNoisy {
      let (configuration, spread) = widestSpread
      return Significance.noAdvice(spread, of: configuration.description, causes: causes)
    }
    guard let point = bestPoint else {
      if work.workload.bound == .storage { return "No number of readers is measurably faster here than serial mode." }
      return "Use --mode serial here: no other setting is measurably faster"
        + (counts.count == 1 ? "; only one worker was measured." : ".")
    }
    if work.workload.bound == .storage {
      return "--readers \(point.workers) is enough here: \(point.speedUp.speedText)." + neighbors(of: point)
        + " --readers auto, the default, finds a number by itself."
    }
    return "Use \(options(point.record.configuration)) here: \(point.speedUp.speedText)." + neighbors(of: point)
  }

  private func options(_ configuration: Configuration) -> String {
    "--mode \(configuration.mode.rawValue) \(work.workload.workersOption) \(configuration.workers)"
  }

  /// The effect of the next higher and lower numbers of workers, as evidence.
  private func neighbors(of point: ScalingPoint) -> String {
    let points = points(point.record.mode)
    let more = points.first { $0.workers > point.workers }
    let fewer = points.last { $0.workers < point.workers }
    func change(_ other: ScalingPoint) -> String {
      let ratio = ConfidenceInterval(ratioOf: other.record.walls, to: point.record.walls)
      return " \(work.workload.workersOption) \(other.workers) "
        + (ratio.contains(1) ? "makes no measurable difference." : "takes \(ratio.words(.time)).")
    }
    return [fewer, more].compactMap { $0.map(change) }.joined()
  }

  private var storageSentence: [String] {
    if storage == .cached { return [StorageSpeed.cachedText(work.inputs)] }
    guard let storageGain else { return [] }
    let cores = modes.flatMap(points).filter { !$0.isBeyondCores }.map(\.speedUp.estimate).max() ?? 1
    return [
      storageGain.sentence(
        comparedWith: "one", cores: "with them, more cores give \(decimal(cores, places: 1))", work.inputs)
    ]
  }

  private var isolation: [String] {
    guard let point = bestPoint, let threads = self[Configuration(.threads, workers: point.workers)],
      let processes = self[Configuration(.processes, workers: point.workers)]
    else { return [] }
    let ratio = ConfidenceInterval(ratioOf: processes.walls, to: threads.walls)
    let change =
      ratio.contains(1)
      ? "processes show no measurable difference to threads (\(ratio.changeText))"
      : "compared with threads, processes take \(ratio.words(.time))"
    return [
      "With \(counted(point.workers, "worker")), \(change); use them for untrusted \(work.workload.item)s."
    ]
  }

  private var laws: [String] {
    let fits = modes.flatMap { mode in
      ScalingLaw.allCases.compactMap { law in fit(law, mode).map { text($0, mode) } }
    }
    let refused = ScalingLaw.allCases.filter { fittingCounts < $0.minCounts }
    guard !refused.isEmpty else { return fits }
    let within = work.workload.bound == .cores ? " within \(counted(cores, "core"))" : ""
    let needs = refused.map { "\($0.title) needs \($0.minCounts)" }.joined(separator: ", ")
    return fits + [
      "Too few points for a law: \(counted(fittingCounts, "count")) of \(work.workload.worker)s\(within); \(needs)."
    ]
  }

  private func text(_ fit: FittedLaw, _ mode: BenchmarkMode) -> String {
    var text = "\(fit.law.title) fitted to \(mode.rawValue): a serial share of \(fit.serialShare.shareText)"
    if let coherency = fit.coherency {
      text += ", and \(coherency.shareText) for each pair of \(work.workload.worker)s"
    }
    text += "; the worst residual is \(percent(fit.worstResidual))"
    if fit.worstResidual > ScalingProfile.farOff { text += ", so it does not describe these runs" }
    if let peak = fit.peak { text += "; more than \(Int(peak.rounded())) \(work.workload.worker)s take longer" }
    return text + "."
  }

  private var inflation: [String] {
    guard let point = bestPoint, point.inflation.lowest > 1 + Significance.negligible else { return [] }
    let worst = serial.stages.indices.dropLast().map { index in
      (
        name: serial.stages[index].name, more: point.record.stages[index].cpu - serial.stages[index].cpu,
        ratio: ConfidenceInterval(ratioOf: point.record.cpus(ofStage: index), to: serial.cpus(ofStage: index))
      )
    }.max { $0.more < $1.more }
    let maximum =
      worst.map { $0.more > 0 ? ", most of it in \($0.name) (\(percent($0.ratio.estimate - 1)))" : "" } ?? ""
    return [
      "Compared with serial, the CPU time of \(counted(point.workers, work.workload.worker)) is \(point.inflation.words(.amount))"
        + "\(maximum): they share caches, memory and clock."
    ]
  }

  private var stageSentence: String? {
    let stages = serial.stages
    let sum = stages.reduce(0) { $0 + $1.cpu }
    guard let first = stages.dropLast().max(by: { $0.cpu < $1.cpu }), let other = stages.last, sum > 0 else {
      return nil
    }
    let text =
      "\(first.name.capitalizedFirst) takes \(percent(first.cpu / sum)) of the CPU time, "
      + "\(milliseconds(first.cpu / Double(max(1, work.items)))) per \(work.workload.item)."
    guard other.cpu / sum > ScalingProfile.waitingShare else { return text }
    return text
      + " \(percent(other.cpu / sum)) belongs to no stage: the work is short compared with the start of the program, so "
      + "measure with more \(work.workload.item)s."
  }

  private var waitingSentences: [String] {
    // That is what a profile of readers is about.
    if work.workload.bound == .storage { return [] }
    let record = bestPoint?.record ?? serial
    let sum = record.stages.reduce(0) { $0 + $1.wall }
    guard sum > 0, record.configuration.workers <= cores || work.workload.bound == .answers else { return [] }
    // Stages without storage access wait for a core; `causes` covers that.
    let waiting = record.stages.filter { stage in
      stage.waiting / sum > ScalingProfile.waitingShare
        && (work.workload.bound == .answers || [record.readers > 0 ? "" : "read", "write"].contains(stage.name))
    }
    return waiting.map { stage in
      let bound = work.workload.bound == .answers ? "Bound by responses" : "Storage-bound"
      return "\(bound): the workers spend \(percent(stage.wall / sum)) of their time in \(stage.name), and "
        + "\(percent(stage.waiting / sum)) waiting in it."
    }
  }

  /// The speed-up of images in parallel, with as many threads as the largest number of bands.
  private func filesAtOnce(_ bands: SingleImageScaling) -> ScalingPoint? {
    bands.runs.last.flatMap { self[Configuration(.threads, workers: $0.bands)] }.map(point)
  }

  private var confidence: [String] {
    guard !isNoisy else { return [] }
    let (configuration, spread) = widestSpread
    let text = "the runs of each setting vary by \(percent(spread)) at most (\(configuration.description))."
    return [
      (["Confidence: " + (causes.isEmpty ? "the machine was quiet, and " : "") + text] + causes).joined(separator: " ")
    ]
  }

  private var causes: [String] {
    var text: [String] = []
    if let slowdown, slowdown > ScalingProfile.farOff {
      text.append(
        "The same work took \(percent(slowdown)) more CPU time in the last round than in the first: the clock of the CPU slowed down."
      )
    }
    guard let load else { return text }
    if load.otherCores > 0.05 * Double(cores) {
      text.append("Other processes kept \(decimal(load.otherCores)) cores busy.")
    }
    if load.stolenShare > 0.01 {
      text.append("The hypervisor gave \(percent(load.stolenShare)) of the time to other machines.")
    }
    if load.throttledSeconds > 0.05 {
      text.append("A CPU quota (cgroup) stopped the runs for \(decimal(load.throttledSeconds)) s.")
    }
    return text
  }

  /// The increase of the CPU time of all settings from the first round to the last; nil where it did not increase in every round.
  private var slowdown: Double? {
    let rounds = (0..<rounds).map { round in records.reduce(0) { $0 + $1.cpus[round] } }
    guard rounds.count > 1, rounds == rounds.sorted(), let first = rounds.first, let last = rounds.last else {
      return nil
    }
    return last / first - 1
  }
}
