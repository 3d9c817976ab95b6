internal import TextFormatting

/// The interpretation of a comparison in sentences, derived only from its numbers.
extension Comparison {
  package var advice: [String] {
    [recommendation] + storageSentence + (work.workload.bound == .cores ? [isolation, reasons] : [waiting]) + confidence
      + (work.inputs == .cold ? [coldness] : [])
  }

  /// The best mode on this machine, out of those of `resize`. Nil where the runs vary too much.
  package var best: BenchmarkMode? {
    if isNoisy { return nil }
    let faster = [BenchmarkMode.threads, .processes].filter { has($0) && speedUp(of: $0).lowest > 1 }
    guard let first = faster.first else { return .serial }
    guard faster.count == 2 else { return first }
    let ratio = wallRatio(of: .processes, to: .threads)
    return ratio.highest < 1 && ratio.estimate < 1 - Significance.negligible ? .processes : .threads
  }

  private var isNoisy: Bool { widestSpread.spread > Significance.noisy }

  private var recommendation: String {
    switch best {
    case nil:
      return Significance.noAdvice(widestSpread.spread, of: widestSpread.mode.title)
        + " Until then, --mode threads remains the default."
    case .threads, .unassistedThreads, .readers, .perImage:
      let ratio = wallRatio(of: .processes, to: .threads)
      let other =
        ratio.contains(1)
        ? "shows no measurable difference to threads (\(ratio.changeText))" : "takes \(ratio.words(.time))"
      return "Use --mode threads here: \(speedUpText(.threads)). "
        + "--mode processes \(other); use it for untrusted \(work.workload.item)s."
    case .processes:
      return "Use --mode processes here: \(speedUpText(.processes)). "
        + "--mode threads takes \(wallRatio(of: .threads, to: .processes).words(.time))."
    case .serial:
      let why =
        if workers == 1 { "there is only one worker" } else if startShare(.threads) > 0.25 {
          "the work is short, and \(percent(startShare(.threads))) of it is the start of the program"
        } else { "the other cores were not free" }
      return "Use --mode serial here: no other mode is measurably faster, because \(why). "
        + "Threads are \(speedUp(of: .threads).speedText)."
    }
  }

  /// Readers, compared with all that cores could do: if computing took no time, the waiting would remain.
  private var storageSentence: [String] {
    if storage == .fast { return [] }
    guard let gain = storageGain else {
      return [
        storage == .cached
          ? StorageSpeed.cachedText(work.inputs)
          : "Storage-bound: \(percent(self[.threads].waitingShare)) waiting, without readers (--readers 0)."
      ]
    }
    return [
      gain.sentence(
        comparedWith: "none", cores: "faster cores alone would give \(decimal(1 / gain.waiting)) at most", work.inputs)
    ]
  }

  private var isolation: String {
    "Isolation in long-lived worker processes \(cost(.processes))\(memoryOfProcesses). "
      + "One process per image \(cost(.perImage))."
  }

  /// The explanation for workloads whose workers wait for responses, so that the number of cores is not the limit.
  private var waiting: String {
    let item = work.workload.item
    return "Why: the workers wait for responses. \(counted(workers, "worker")) kept "
      + "\(decimal(busyCores(.threads))) of \(counted(cores, "core")) busy, with "
      + "\(milliseconds(cpuPerItem(.threads))) of CPU per \(item), so the number of simultaneous \(item)s matters, not the "
      + "number of cores. Isolation in worker processes \(cost(.processes))\(memoryOfProcesses)."
  }

  private var memoryOfProcesses: String {
    let memory = self[.processes].memory.byteCount - self[.threads].memory.byteCount
    return self[.processes].memory.method != .proportionalShares
      ? "" : ", and takes \(humanByteCount(abs(memory))) \(memory >= 0 ? "more" : "less") memory"
  }

  private var reasons: String {
    let busy = busyCores(.threads)
    let inflation = cpuRatio(of: .threads, to: .serial)
    let idle =
      busy < 0.9 * Double(min(workers, cores))
      ? "; the rest of the time they waited: for the last images, for storage, or for cores that others used" : ""
    let shared =
      inflation.lowest > 1 + Significance.negligible
      ? " (parallel threads share caches, memory and clock)" : ""
    return "Why: \(counted(workers, "thread")) kept \(decimal(busy)) cores busy\(idle). "
      + "An image takes \(milliseconds(cpuPerItem(.serial))) of CPU in serial and "
      + "\(milliseconds(cpuPerItem(.threads))) in threads\(shared). "
      + "All modes call the same function; processes add their start, their own memory, and communication: "
      + "system time is \(milliseconds(systemPerItem(.threads))) per image in threads, "
      + "\(milliseconds(systemPerItem(.processes))) in long-lived workers, and "
      + "\(milliseconds(systemPerItem(.perImage))) with one process per image."
  }

  private var confidence: [String] {
    let (mode, spread) = widestSpread
    return isNoisy ? [] : ["Confidence: the runs of each mode vary by \(percent(spread)) at most (\(mode.title))."]
  }

  private var coldness: String {
    let bytes = Summary(self[.threads].runs.map { Double($0.storageByteCount) }).median
    return bytes > 0
      ? "Cold inputs: threads read \(humanByteCount(Int(bytes))) from storage in each run."
      : "Cold inputs: nothing was read from storage; the system kept them in memory, or does not count what it reads."
  }

  private func speedUpText(_ mode: BenchmarkMode) -> String {
    "with \(counted(workers, "worker")) it is \(speedUp(of: mode).speedText)"
  }

  private func cost(_ mode: BenchmarkMode) -> String {
    let ratio = cpuRatio(of: mode, to: .threads)
    if ratio.contains(1) { return "has no measurable CPU cost (\(ratio.changeText))" }
    let difference = cpuPerItem(mode) - cpuPerItem(.threads)
    return
      "\(ratio.estimate < 1 ? "saves" : "adds") \(milliseconds(abs(difference))) of CPU per \(work.workload.item): "
      + ratio.words(.amount)
  }

  private func startShare(_ mode: BenchmarkMode) -> Double {
    Summary(self[mode].starts.map(\.wall)).median / Summary(self[mode].runs.map(\.wall)).median
  }
}
