internal import BatchEngine
package import RunState
package import SystemPackage
internal import TextFormatting

/// The combined results of all shards, read from their events.
package struct MergedShards: Sendable {
  package let shards: [Shard]
  /// The totals of the completed shards.
  private var counts: [String: Int] = [:]
  private var longest = 0.0
  private var cpuSeconds = 0.0
  private var peakByteCount = 0
  /// The failure lines of all shards, for people: source and error.
  package private(set) var failures: [String] = []
  /// The reasons why the results are incomplete; empty where they are complete.
  package private(set) var gaps: [String] = []
  private var found: Int?

  private static let sums = ["inputs", "written", "skipped", "failed", "notStarted"]

  /// - Parameters:
  ///   - shards: the shards with files in the folder, all with the same number of parts.
  ///   - event: called with each line about an image, shard by shard.
  package init(_ shards: [Shard], in folder: FilePath, event: (String) -> Void) throws(Errno) {
    self.shards = shards
    var seals: [ShardCompletion] = []
    var missing: [Int] = []
    var unfinished: [Int] = []
    let there = Set(shards.map(\.index))
    for index in 1...(shards.first?.count ?? 1) where !there.contains(index) { missing.append(index) }
    for shard in shards {
      var summary: EventFields?
      var seal: ShardCompletion?
      var failures: [String] = []
      try ShardEvents.forEachLine(in: folder, of: shard) { line in
        let fields = EventFields(line)
        switch fields.text("event") {
        case "file":
          event(line)
          if fields.text("status") == "failed" { failures.append(fields.failureWords) }
        case "summary": summary = fields
        case "shard": seal = ShardCompletion(line)
        default: break
        }
      }
      self.failures += failures
      guard let summary, let seal, seal.shard == shard, summary.integer("notStarted") == 0 else {
        unfinished.append(shard.index)
        continue
      }
      seals.append(seal)
      add(summary)
    }
    found = seals.first?.foundCount
    if !missing.isEmpty { gaps.append("not there: \(list(missing))") }
    if !unfinished.isEmpty { gaps.append("begun, but not at the end: \(list(unfinished))") }
    let others = seals.filter { $0.rule != Shard.rule }.map(\.shard.index)
    if !others.isEmpty {
      gaps.append("divided by the rule of another version of imgbatch, and to be run again: \(list(others))")
    }
    if Set(seals.map(\.options)).count > 1 { gaps.append("they were made with different options") }
    if Set(seals.map(\.foundCount)).count > 1 {
      gaps.append("they found different numbers of inputs: the folders changed between their runs")
    } else if others.isEmpty, Set(seals.map(\.fingerprint)).count > 1 {
      gaps.append("they found different inputs: files were renamed or replaced between their runs")
    } else if gaps.isEmpty, let found, counts["inputs"] != found {
      gaps.append("they had \(counts["inputs", default: 0]) inputs together, not \(found)")
    }
  }

  private mutating func add(_ summary: EventFields) {
    for name in MergedShards.sums { counts[name, default: 0] += summary.integer(name) ?? 0 }
    longest = max(longest, summary.number("seconds") ?? 0)
    cpuSeconds += summary.number("cpuSeconds") ?? 0
    peakByteCount = max(peakByteCount, summary.integer("peakBytes") ?? 0)
  }

  package var failedCount: Int { counts["failed", default: 0] }

  /// The last event. `seconds` is the maximum over the runs, `peakBytes` the maximum, and `cpuSeconds` the total.
  package var summaryLine: String {
    var line = JSONLine()
    line.add("event", "summary")
    line.add("shards", shards.first?.count)
    for name in MergedShards.sums { line.add(name, counts[name, default: 0]) }
    line.add("seconds", number: longest)
    line.add("cpuSeconds", number: cpuSeconds)
    line.add("peakBytes", peakByteCount)
    line.add("gaps", texts: gaps)
    return line.text
  }

  package var text: String {
    let parts = ["written", "skipped", "failed"].compactMap { name in
      let count = counts[name, default: 0]
      return count > 0 || name == "written" ? "\(count) \(name)" : nil
    }
    return "\(shards.count) of \(shards.first?.count ?? 0) shards: \(parts.joined(separator: ", ")); the longest took "
      + "\(decimalSeconds(.seconds(longest), places: 2)) s, all together "
      + "\(decimalSeconds(.seconds(cpuSeconds), places: 2)) s of CPU"
  }
}

/// The first 12 numbers, for people.
private func list(_ numbers: [Int]) -> String {
  numbers.prefix(12).map(String.init).joined(separator: ", ")
    + (numbers.count > 12 ? " and \(numbers.count - 12) more" : "")
}

extension EventFields {
  /// The same failure line that the run itself printed.
  fileprivate var failureWords: String {
    let what = "\(text("stage") ?? ""): \(terminalText(text("message") ?? "")) [\(text("code") ?? "")]"
    return "failed \(terminalText(text("source") ?? "")): \(what)"
  }
}
