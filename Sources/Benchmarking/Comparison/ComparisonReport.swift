internal import TextFormatting

/// A comparison as text for people and scripts.
extension Comparison {
  private var titles: [String] {
    let item = work.workload.item
    return ["mode", "wall s", "user s", "system s", "CPU ms/\(item)", "\(item)s/s"]
      + (work.megapixels == nil ? [] : ["megapixels/s"]) + ["memory", "varies", "speed-up (95 %)"]
  }

  private var rows: [[String]] { [titles] + records.map(cells) }

  /// For a terminal: the advice, the work, the table, start-up times, definitions and proof.
  package func text(width: Int) -> String {
    let item = work.workload.item
    let table = Table(rows).fitting(
      width, dropping: ["user s", "system s", "megapixels/s", "\(item)s/s", "varies", "memory"])
    return terminalReport(
      advice, workText, [table.text(.numbers)], [startText, methodText, proofText], width: width)
  }

  /// For a README: the same content, with a Markdown table.
  package var markdown: String {
    let paragraphs = [workText, Table(rows).markdown, startText, methodText, proofText]
    return (paragraphs + advice).joined(separator: "\n\n") + "\n"
  }

  /// JSON lines: the work, each mode with all of its samples, and the advice.
  package func jsonLines(version: String) -> String {
    var start = work.line("compare", version: version)
    start.add("jobs", workers)
    start.add("cores", cores)
    start.add("runs", rounds)
    start.add("inputs", work.inputs.rawValue)
    var end = JSONObjectWriter()
    end.add("event", "verdict")
    end.add("mode", best?.rawValue)
    end.add("words", texts: advice)
    return ([start] + records.map(object) + [end]).map { $0.text + "\n" }.joined()
  }

  private func cells(_ record: Samples) -> [String] {
    let wall = Summary(record.runs.map(\.wall))
    let ratio = speedUp(of: record.mode)
    return [
      record.mode.title, decimal(wall.median), decimal(Summary(record.runs.map(\.user)).median),
      decimal(Summary(record.runs.map(\.system)).median), decimal(cpuPerItem(record.mode) * 1000),
      threeDigits(Double(work.items) / wall.median),
    ]
      + (work.megapixels.map { [threeDigits($0 / wall.median)] } ?? []) + [
        humanByteCount(record.memory.byteCount), percent(wall.spread),
        record.mode == .serial
          ? "1" : ratio.cellText,
      ]
  }

  private func object(_ record: Samples) -> JSONObjectWriter {
    var line = JSONObjectWriter()
    line.add("event", "mode")
    line.add("mode", record.mode.rawValue)
    line.add("wallSeconds", allSeconds: record.runs.map(\.wall))
    line.add("userSeconds", allSeconds: record.runs.map(\.user))
    line.add("systemSeconds", allSeconds: record.runs.map(\.system))
    line.add("startSeconds", allSeconds: record.starts.map(\.wall))
    line.add("cpuSecondsPer\(work.workload.itemField.capitalizedFirst)", number: cpuPerItem(record.mode))
    line.add("peakBytes", record.memory.byteCount)
    line.add("peakBytesOf", record.memory.method.rawValue)
    line.add("speedUp", speedUp(of: record.mode).json)
    line.addWaiting(of: record, work.workload)
    return line
  }

  private var workText: String {
    work.description
      + "; \(counted(workers, "worker")) on \(counted(cores, "core")); \(counted(rounds, "run")) of each, "
      + work.inputs.description + "."
  }

  private var startText: String {
    "Start-up (an empty run): "
      + records.map { "\($0.mode.title) \(milliseconds(Summary($0.starts.map(\.wall)).median))" }
      .joined(separator: ", ") + "."
  }

  private var methodText: String {
    let memory =
      records.allSatisfy { $0.memory.method == .proportionalShares }
      ? "proportional shares (PSS) of all processes, summed, sampled in the warm-up"
      : "the peak of the largest process, because this kernel does not report shares"
    return
      "Times are medians of interleaved runs after a warm-up; varies: lowest to highest wall time; speed-up: geometric "
      + "mean of the ratios within a round, Student's t over their logarithms; memory: \(memory)."
  }

  /// Always true: `BenchmarkRunner` fails where outputs differ.
  private var proofText: String {
    "All modes wrote the same bytes: the outputs of every run were compared with those of the first, byte by byte."
  }
}

extension WorkSummary {
  /// For example "59 images, 454 megapixels, 2 more that failed in every mode".
  var description: String {
    counted(items, workload.item) + (megapixels.map { ", \(threeDigits($0)) megapixels" } ?? "")
      + (failed > 0 ? ", \(failed) more that failed in every mode" : "")
      + (readers.map { ", read by \(counted($0, "reader"))" } ?? "")
  }
}

extension WorkSummary.Inputs {
  var description: String {
    switch self {
    case .cached: "sources in the page cache"
    case .cold: "sources dropped from the page cache before each"
    case .slow: "sources on slow storage"
    case .remote: "sources downloaded again in each"
    }
  }
}

/// A report that starts with the answer. Prose wraps at the width, and points of the advice are a list.
func terminalReport(_ advice: [String], _ work: String, _ blocks: [String], _ method: [String], width: Int) -> String {
  let points = advice.dropFirst().map { paragraph($0, width: width, bullet: "- ") }.joined()
  let parts =
    [paragraph(advice[0], width: width), points, paragraph(work, width: width)] + blocks
    + [method.map { paragraph($0, width: width) }.joined()]
  return parts.filter { !$0.isEmpty }.joined(separator: "\n")
}
