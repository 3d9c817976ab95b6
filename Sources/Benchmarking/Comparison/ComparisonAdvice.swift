internal import TextFormatting

/// The interpretation of a comparison in sentences, derived only from its numbers.
extension Comparison {
  package var advice: [String] {
    [recommendation] + (work.workload.bound == .cores ? [isolation, reasons] : [waiting])
      + [noise] + (work.inputs == .cold ? [coldness] : [])
  }

  /// The best mode on this machine, out of those of `resize`. Nil where the runs vary too much.
  package var best: BenchmarkMode? {
    let faster = [BenchmarkMode.threads, .processes].filter { has($0) && speedUp(of: $0).lowest > 1 }
    guard let first = faster.first else { return isNoisy && workers > 1 ? nil : .serial }
    guard faster.count == 2 else { return first }
    let ratio = wallRatio(of: .processes, to: .threads)
    return ratio.highest < 1 && ratio.estimate < 1 - Significance.negligible ? .processes : .threads
  }

  private var isNoisy: Bool { widestSpread.spread > Significance.noisy }

  private var recommendation: String {
    switch best {
    case nil:
      return "No advice: the runs differ too much to tell the modes apart (threads: "
        + "\(speedUp(of: .threads).timesText) as fast as serial). Measure again when the machine is quiet; until then, "
        + "--mode threads is the default."
    case .threads, .perImage:
      let ratio = wallRatio(of: .processes, to: .threads)
      let other =
        isNegligible(ratio)
        ? "--mode processes takes as long within \(ratio.changeText), so choose it where \(work.workload.item)s come from strangers."
        : "--mode processes takes longer by \(ratio.changeText); choose it where \(work.workload.item)s come from strangers."
      return "Use --mode threads here: \(speedUpText(.threads)). " + other
    case .processes:
      return "Use --mode processes here: \(speedUpText(.processes)). "
        + "--mode threads takes longer by \(wallRatio(of: .threads, to: .processes).changeText)."
    case .serial:
      let why =
        if workers == 1 { "there is one worker only" } else if startShare(.threads) > 0.25 {
          "the work is short, and \(percent(startShare(.threads))) of it is the start of the program"
        } else { "the cores were not free for more" }
      return "Use --mode serial here: no other mode is faster beyond doubt "
        + "(threads: \(speedUp(of: .threads).timesText)); \(why)."
    }
  }

  private var isolation: String {
    let longLived = cpuRatio(of: .processes, to: .threads)
    let fresh = cpuRatio(of: .perImage, to: .threads)
    return "Isolation in long-lived workers costs \(cost(.processes, longLived))\(memoryOfProcesses); "
      + "a process for each picture costs \(cost(.perImage, fresh))."
  }

  /// The explanation for workloads whose workers wait for responses, so that the number of cores is not the limit.
  private var waiting: String {
    let item = work.workload.item
    return "Why: the work is to wait for answers. \(counted(workers, "worker")) kept "
      + "\(decimal(busyCores(.threads))) of \(counted(cores, "core")) busy, with "
      + "\(milliseconds(cpuPerItem(.threads))) of CPU a \(item), so what counts is how many wait at once, not how many "
      + "cores there are. Waiting in processes costs \(cost(.processes, cpuRatio(of: .processes, to: .threads)))"
      + "\(memoryOfProcesses)."
  }

  private var memoryOfProcesses: String {
    let memory = self[.processes].memory.byteCount - self[.threads].memory.byteCount
    return self[.processes].memory.method != .proportionalShares
      ? "" : memory >= 0 ? " and \(humanByteCount(memory)) more memory" : " and \(humanByteCount(-memory)) less memory"
  }

  private var reasons: String {
    let busy = busyCores(.threads)
    let inflation = cpuRatio(of: .threads, to: .serial)
    let idle =
      busy < 0.9 * Double(min(workers, cores))
      ? "; the rest of the time they waited: for the last pictures, for storage, or for cores that others used" : ""
    let shared =
      inflation.lowest > 1 + Significance.negligible
      ? " (side by side they share caches, memory and clock)" : ""
    return "Why: \(workers) \(workers == 1 ? "thread" : "threads") kept \(decimal(busy)) cores busy\(idle). "
      + "A picture takes \(milliseconds(cpuPerItem(.serial))) of CPU in serial and "
      + "\(milliseconds(cpuPerItem(.threads))) in threads\(shared). "
      + "All modes call the same function, so what processes cost beyond that is starting them, their own memory and talk: "
      + "the system's part is \(milliseconds(systemPerItem(.threads))) a picture in threads, "
      + "\(milliseconds(systemPerItem(.processes))) in long-lived workers and "
      + "\(milliseconds(systemPerItem(.perImage))) with a process for each."
  }

  private var noise: String {
    let (mode, spread) = widestSpread
    return isNoisy
      ? "The machine is busy or changes its clock: results vary by \(percent(spread)) (\(mode.rawValue)). "
        + "Differences below that are not to be trusted; a quiet machine or more --runs help."
      : "Results vary by \(percent(spread)) at most (\(mode.rawValue))."
  }

  private var coldness: String {
    let bytes = Summary(self[.threads].runs.map { Double($0.storageByteCount) }).median
    return bytes > 0
      ? "Cold: threads read \(humanByteCount(Int(bytes))) from storage in a run."
      : "Cold was asked for, but the system read nothing from storage: it kept the inputs in memory, or does not count."
  }

  private func speedUpText(_ mode: BenchmarkMode) -> String {
    "with \(workers) workers it is \(speedUp(of: mode).timesText) as fast as serial"
  }

  private func cost(_ mode: BenchmarkMode, _ ratio: ConfidenceInterval) -> String {
    let difference = cpuPerItem(mode) - cpuPerItem(.threads)
    if ratio.contains(1) { return "no CPU that can be told from noise, \(ratio.changeText)" }
    let less = ratio.estimate < 1
    return "\(milliseconds(abs(difference))) \(less ? "less " : "")of CPU a \(work.workload.item), \(ratio.changeText)"
  }

  private func isNegligible(_ ratio: ConfidenceInterval) -> Bool {
    ratio.contains(1) || abs(ratio.estimate - 1) < Significance.negligible
  }

  private func startShare(_ mode: BenchmarkMode) -> Double {
    Summary(self[mode].starts.map(\.wall)).median / Summary(self[mode].runs.map(\.wall)).median
  }
}
