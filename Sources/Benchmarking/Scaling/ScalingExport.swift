internal import RunState
internal import TextFormatting

/// A profile as data for scripts.
extension ScalingProfile {
  /// JSON lines: the work and the machine, each setting with all of its samples, the laws, the bands, the advice.
  package func jsonLines(version: String, on machine: Machine) -> String {
    var lines = [start(version, machine)] + records.map(object)
    for mode in modes { lines += ScalingLaw.allCases.map { object($0, mode) } }
    if let bands { lines += bands.runs.map { object($0, of: bands) } }
    var end = JSONObjectWriter()
    end.add("event", "advice")
    end.add("mode", best?.mode.rawValue)
    end.add("jobs", best?.workers)
    end.add("words", texts: advice)
    return (lines + [end]).map { $0.text + "\n" }.joined()
  }

  private func start(_ version: String, _ machine: Machine) -> JSONObjectWriter {
    var line = work.line("profile", version: version)
    line.add("cores", cores)
    line.add("runs", rounds)
    line.add("inputs", work.inputs.rawValue)
    if let load {
      line.add("otherCores", number: load.otherCores)
      line.add("stolenShare", number: load.stolenShare)
      line.add("throttledSeconds", number: load.throttledSeconds)
    }
    var facts = JSONObjectWriter()
    for fact in machine.properties { facts.add(fact.name, fact.value) }
    line.add("machine", facts)
    return line
  }

  private func object(_ record: Samples) -> JSONObjectWriter {
    let point = point(record)
    var line = JSONObjectWriter()
    line.add("event", "setting")
    line.add("mode", record.mode.rawValue)
    line.add("jobs", record.configuration.workers)
    line.add("beyondCores", point.isBeyondCores)
    line.add("wallSeconds", allSeconds: record.runs.map(\.wall))
    line.add("userSeconds", allSeconds: record.runs.map(\.user))
    line.add("systemSeconds", allSeconds: record.runs.map(\.system))
    line.add("startSeconds", allSeconds: record.starts.map(\.wall))
    line.add("peakBytes", record.memory.byteCount)
    line.add("peakBytesOf", record.memory.method.rawValue)
    line.add("speedUp", point.speedUp.json)
    line.add("efficiency", number: point.efficiency)
    line.add("cpuInflation", point.inflation.json)
    if let share = point.karpFlatt { line.add("karpFlatt", share.json) }
    line.addWaiting(of: record, work.workload)
    for (index, stage) in (record.runs.first?.stages ?? []).enumerated() {
      var times = JSONObjectWriter()
      times.add("wallSeconds", allSeconds: record.runs.map { $0.stages[index].wall })
      times.add("cpuSeconds", allSeconds: record.runs.map { $0.stages[index].cpu })
      line.add(stage.name, times)
    }
    return line
  }

  private func object(_ law: ScalingLaw, _ mode: BenchmarkMode) -> JSONObjectWriter {
    var line = JSONObjectWriter()
    line.add("event", "law")
    line.add("law", law.rawValue)
    line.add("mode", mode.rawValue)
    guard let fit = fit(law, mode) else {
      line.add("refused", "too few points")
      return line
    }
    line.add("serialShare", fit.serialShare.json)
    if let coherency = fit.coherency { line.add("crosstalk", coherency.json) }
    var residuals = JSONObjectWriter()
    for residual in fit.residuals { residuals.add(String(residual.workers), number: residual.share) }
    line.add("residuals", residuals)
    return line
  }

  private func object(_ run: SingleImageScaling.Run, of bands: SingleImageScaling) -> JSONObjectWriter {
    var line = JSONObjectWriter()
    line.add("event", "bands")
    line.add("bands", run.bands)
    line.add("megapixels", number: bands.megapixels)
    line.add("speedUp", bands.speedUp(run).json)
    line.add("allowed", number: bands.allowed(run.bands))
    line.add("serialShare", bands.serialShare.json)
    for stage in run.stages { line.add(stage.name, number: stage.wall) }
    return line
  }
}

extension JSONObjectWriter {
  /// What the images of a setting waited for storage, and who did.
  mutating func addWaiting(of record: Samples, _ workload: Workload) {
    guard workload.bound != .answers, record.runs.contains(where: { !$0.stages.isEmpty }) else { return }
    add("waitingShare", number: record.waitingShare)
    if record.readers > 0 { add("readers", record.readers) }
  }
}

/// CSV with one line per run and all samples, for a spreadsheet or R. Times are in seconds, sizes in bytes.
func commaSeparated(_ work: WorkSummary, _ records: [Samples]) -> String {
  let stages = records.first?.runs.first?.stages.map(\.name) ?? []
  let titles =
    ["workload", "mode", "workers", "round", "wall", "user", "system", "start", "peak"]
    + stages.flatMap { ["\($0)_wall", "\($0)_cpu"] }
  let rows = records.flatMap { record in
    record.runs.indices.map { round -> [String] in
      let run = record.runs[round]
      let times = [run.wall, run.user, run.system] + record.starts[round...round].map(\.wall)
      return [work.workload.name, record.mode.rawValue, "\(record.configuration.workers)", "\(round + 1)"]
        + times.map { decimalSeconds($0, places: 6) } + ["\(record.memory.byteCount)"]
        + run.stages.flatMap { [$0.wall, $0.cpu].map { decimalSeconds($0, places: 6) } }
    }
  }
  return ([titles] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
}

extension ScalingProfile {
  package var csv: String { commaSeparated(work, records) }
}

extension Comparison {
  package var csv: String { commaSeparated(work, records) }
}
