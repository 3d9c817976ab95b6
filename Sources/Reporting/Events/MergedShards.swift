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
  package private(set) var problems: [String] = []
  private var found: Int?

  private static let counters = ["inputs", "written", "skipped", "failed", "notStarted"]

  /// - Parameters:
  ///   - shards: the shards with files in the folder, all with the same number of parts.
  ///   - event: called with each line about an image, shard by shard.
  package init(_ shards: [Shard], in folder: FilePath, event: (String) -> Void) throws(Errno) {
    self.shards = shards
    var completions: [ShardCompletion] = []
    var missing: [Int] = []
    var unfinished: [Int] = []
    let existing = Set(shards.map(\.index))
    for index in 1...(shards.first?.count ?? 1) where !existing.contains(index) { missing.append(index) }
    for shard in shards {
      var summary: JSONObject?
      var completion: ShardCompletion?
      var failures: [String] = []
      try ShardEvents.forEachLine(in: folder, of: shard) { line in
        guard let fields = JSONObject(line) else { return }
        switch fields.text("event") {
        case "file":
          event(line)
          if fields.text("status") == "failed" { failures.append(fields.failureMessage) }
        case "summary": summary = fields
        case "shard": completion = ShardCompletion(line)
        default: break
        }
      }
      self.failures += failures
      guard let summary, let completion, completion.shard == shard, summary.integer("notStarted") == 0 else {
        unfinished.append(shard.index)
        continue
      }
      completions.append(completion)
      add(summary)
    }
    found = completions.first?.foundCount
    if !missing.isEmpty { problems.append("not there: \(list(missing))") }
    if !unfinished.isEmpty { problems.append("begun, but not at the end: \(list(unfinished))") }
    let others = completions.filter { $0.rule != Shard.rule }.map(\.shard.index)
    if !others.isEmpty {
      problems.append("divided by the rule of another version of imgbatch, and to be run again: \(list(others))")
    }
    if Set(completions.map(\.options)).count > 1 { problems.append("they were made with different options") }
    if Set(completions.map(\.foundCount)).count > 1 {
      problems.append("they found different numbers of inputs: the folders changed between their runs")
    } else if others.isEmpty, Set(completions.map(\.fingerprint)).count > 1 {
      problems.append("they found different inputs: files were renamed or replaced between their runs")
    } else if problems.isEmpty, let found, counts["inputs"] != found {
      problems.append("they had \(counts["inputs", default: 0]) inputs together, not \(found)")
    }
  }

  private mutating func add(_ summary: JSONObject) {
    for name in MergedShards.counters { counts[name, default: 0] += summary.integer(name) ?? 0 }
    longest = max(longest, summary.number("seconds") ?? 0)
    cpuSeconds += summary.number("cpuSeconds") ?? 0
    peakByteCount = max(peakByteCount, summary.integer("peakBytes") ?? 0)
  }

  package var failedCount: Int { counts["failed", default: 0] }

  /// The last event. `seconds` is the maximum over the runs, `peakBytes` the maximum, and `cpuSeconds` the total.
  package var summaryLine: String {
    var line = JSONObjectWriter()
    line.add("event", "summary")
    line.add("shards", shards.first?.count)
    for name in MergedShards.counters { line.add(name, counts[name, default: 0]) }
    line.add("seconds", number: longest)
    line.add("cpuSeconds", number: cpuSeconds)
    line.add("peakBytes", peakByteCount)
    line.add("gaps", texts: problems)
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

/// The first numbers, for people. A dozen fits on a line.
private func list(_ numbers: [Int]) -> String {
  let shown = 12
  return numbers.prefix(shown).map(String.init).joined(separator: ", ")
    + (numbers.count > shown ? " and \(numbers.count - shown) more" : "")
}

extension JSONObject {
  /// The same failure line that the run itself printed.
  fileprivate var failureMessage: String {
    let error = object("error")
    let what =
      "\(error?.text("stage") ?? ""): \(terminalText(error?.text("message") ?? "")) [\(error?.text("code") ?? "")]"
    return "failed \(terminalText(text("source") ?? "")): \(what)"
  }
}
