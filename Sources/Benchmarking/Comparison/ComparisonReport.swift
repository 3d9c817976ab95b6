internal import TextFormatting

/// A comparison as text for people and scripts.
extension Comparison {
  private var titles: [String] {
    let item = work.workload.item
    return ["mode", "wall s", "user s", "system s", "CPU ms/\(item)", "\(item)s/s"]
      + (work.megapixels == nil ? [] : ["megapixels/s"]) + ["memory", "varies", "speed-up (95 %)"]
  }

  private var rows: [[String]] { [titles] + records.map(cells) }

  /// For a terminal: the work, the table, start-up times, method, proof and advice.
  package var text: String {
    let table = Table(rows).text(.numbers)
    return workText + "\n\n" + table + "\n" + startText + "\n" + methodText + "\n" + proofText + "\n\n"
      + advice.map { $0 + "\n" }.joined()
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
      record.mode.rawValue, decimal(wall.median), decimal(Summary(record.runs.map(\.user)).median),
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
    line.add("cpuSecondsPer\(work.workload.item.capitalizedFirst)", number: cpuPerItem(record.mode))
    line.add("peakBytes", record.memory.byteCount)
    line.add("peakBytesOf", record.memory.method.rawValue)
    line.add("speedUp", speedUp(of: record.mode).json)
    return line
  }

  private var workText: String {
    work.description
      + "; \(counted(workers, "worker")) on \(counted(cores, "core")); \(counted(rounds, "run")) of each, "
      + work.inputs.description + "."
  }

  private var startText: String {
    "Start-up (an empty run): "
      + records.map { "\($0.mode.rawValue) \(milliseconds(Summary($0.starts.map(\.wall)).median))" }
      .joined(separator: ", ") + "."
  }

  private var methodText: String {
    let memory =
      records.allSatisfy { $0.memory.method == .proportionalShares }
      ? "proportional shares (PSS) of all processes, summed, sampled in the warm-up"
      : "the high-water mark of the largest process, since this kernel tells no shares"
    return
      "Medians of interleaved runs after a warm-up; varies: lowest to highest wall time; speed-up: geometric mean of "
      + "the ratios within a round, Student's t over their logarithms; memory: \(memory)."
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
  }
}

extension WorkSummary.Inputs {
  var description: String {
    switch self {
    case .cached: "sources in the page cache"
    case .cold: "sources dropped from the page cache before each"
    case .remote: "sources fetched anew in each"
    }
  }
}
