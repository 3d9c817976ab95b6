internal import TextFormatting

/// A profile as text for people.
extension ScalingProfile {
  /// For a terminal: the advice, the work, the table, the plot, the stages, start-up time, definitions and proof.
  package func text(on machine: Machine, width: Int) -> String {
    let table = Table(rows).without(ScalingProfile.karpFlattTitle).fitting(
      width, dropping: ["\(work.workload.item)s/s", "memory", "varies"])
    let stages = Table(stageRows).fitting(width, dropping: stageRecords.map { _ in "wall" })
    return terminalReport(
      advice, workText(machine), [table.text(.numbers), plot, stages.text(.numbers)],
      [startText, methodText, "All settings wrote the same bytes."], width: width)
  }

  private static let karpFlattTitle = "Karp-Flatt"

  /// For a README: the same content with Markdown tables, without the plot.
  package func markdown(on machine: Machine) -> String {
    let parts = [
      workText(machine), Table(rows).markdown, stageRows.isEmpty ? "" : Table(stageRows).markdown,
      completeMethodText,
    ]
    return (parts.filter { !$0.isEmpty } + advice).joined(separator: "\n\n") + "\n"
  }

  func workText(_ machine: Machine) -> String {
    work.description + "; \(counted(rounds, "run")) of each, \(work.inputs.description). \(machine.description)."
  }

  var rows: [[String]] {
    [
      [
        "mode", work.workload.worker + "s", "wall s", "\(work.workload.item)s/s", "speed-up (95 %)", "efficiency",
        "CPU vs serial", ScalingProfile.karpFlattTitle, "memory", "varies",
      ]
    ] + records.map { cells(point($0)) }
  }

  private func cells(_ point: ScalingPoint) -> [String] {
    let record = point.record
    let wall = Summary(record.walls)
    let isSerial = record.mode == .serial
    return [
      record.mode.rawValue, "\(record.configuration.workers)" + (point.isBeyondCores ? "*" : ""),
      decimal(wall.median), threeDigits(Double(work.items) / wall.median),
      isSerial ? "1" : point.speedUp.cellText,
      percent(point.efficiency), isSerial ? "1" : decimal(point.inflation.estimate),
      point.karpFlatt.map { percent($0.estimate) } ?? "-", humanByteCount(record.memory.byteCount),
      percent(wall.spread),
    ]
  }

  /// The settings with a column in the table of stages: serial, and each mode's largest number of workers within the cores.
  var stageRecords: [Samples] {
    guard !serial.stages.isEmpty else { return [] }
    return [serial]
      + modes.compactMap { mode in points(mode).last { !$0.isBeyondCores && $0.workers > 1 }?.record }
  }

  /// One row per stage: CPU time and wall time per item, in each of those settings.
  var stageRows: [[String]] {
    let columns = stageRecords
    guard let first = columns.first else { return [] }
    let titles =
      ["ms per \(work.workload.item)"] + columns.flatMap { ["\($0.configuration.description): CPU", "wall"] }
    let items = Double(max(1, work.items))
    func cell(_ seconds: Double) -> String { decimal(seconds / items * 1000) }
    let rows = first.stages.indices.map { index in
      [first.stages[index].name]
        + columns.flatMap { record -> [String] in
          let stage = record.stages[index]
          return [cell(stage.cpu), stage.name == "other" ? "-" : cell(stage.wall)]
        }
    }
    return [titles] + rows
  }

  private var plot: String {
    guard counts.count > 1 else { return "" }
    let marks: [BenchmarkMode: Character] = [.threads: "t", .processes: "p", .readers: "r"]
    let series = modes.map { mode in
      ASCIIPlot.Series(
        mark: marks[mode] ?? "o",
        points: points(mode).map { (x: Double($0.workers), y: $0.speedUp.estimate) })
    }
    let legend = modes.map { "\(marks[$0] ?? "o") \($0.rawValue)" } + (modes.count > 1 ? ["* both"] : []) + [". ideal"]
    return "Speed-up over serial (\(legend.joined(separator: ", ")))\n"
      + ASCIIPlot(series: series, line: (".", ideal), ticks: counts, title: work.workload.worker + "s").text
  }

  private var startText: String {
    "Start-up (an empty run), which the times include: serial "
      + "\(milliseconds(Summary(serial.starts.map(\.wall)).median))."
  }

  private var methodText: String {
    "Times are medians of interleaved runs after a warm-up; speed-up and CPU vs serial: geometric means of the ratios within "
      + "a round, Student's t over their logarithms; efficiency: speed-up per \(work.workload.worker); varies: lowest to highest wall time; "
      + "other: CPU time outside the stages (start, scheduling, memory)."
      + (counts.contains(where: isBeyondCores) ? " *: more workers than cores." : "")
  }

  /// For reports with the column that a terminal has no room for.
  var completeMethodText: String {
    [
      startText, methodText, "Karp-Flatt: the serial share that the speed-up implies.",
      "All settings wrote the same bytes.",
    ].joined(separator: " ")
  }
}
