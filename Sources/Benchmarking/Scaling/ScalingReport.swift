internal import TextFormatting

/// A profile as text for people.
extension ScalingProfile {
  /// For a terminal: the work, the table, the plot, the stages, the method and the advice.
  package func text(on machine: Machine) -> String {
    let parts = [
      workText(machine) + "\n", Table(rows).text(.numbers), plot, Table(stageRows).text(.numbers), methodText + "\n",
      advice.joined(separator: "\n") + "\n",
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// For a README: the same content with Markdown tables, without the plot.
  package func markdown(on machine: Machine) -> String {
    let parts = [
      workText(machine), Table(rows).markdown, stageRows.isEmpty ? "" : Table(stageRows).markdown, methodText,
    ]
    return (parts.filter { !$0.isEmpty } + advice).joined(separator: "\n\n") + "\n"
  }

  func workText(_ machine: Machine) -> String {
    work.description + "; \(counted(rounds, "run")) of each, \(work.inputs.description). \(machine.description)."
  }

  var rows: [[String]] {
    [
      [
        "mode", "workers", "wall s", "\(work.workload.item)s/s", "speed-up (95 %)", "efficient", "CPU",
        "Karp-Flatt", "memory", "varies",
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
      ["ms a \(work.workload.item)"] + columns.flatMap { ["\($0.configuration.description): CPU", "wall"] }
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
    let marks: [BenchmarkMode: Character] = [.threads: "t", .processes: "p"]
    let series = modes.map { mode in
      ASCIIPlot.Series(
        mark: marks[mode] ?? "o",
        points: points(mode).map { (x: Double($0.workers), y: $0.speedUp.estimate) })
    }
    let legend = modes.map { "\(marks[$0] ?? "o") \($0.rawValue)" } + ["* both", ". ideal"]
    return "Speed-up over serial (\(legend.joined(separator: ", ")))\n"
      + ASCIIPlot(series: series, line: (".", ideal), ticks: counts).text
  }

  var methodText: String {
    "Medians of interleaved runs after a warm-up, start-up of \(milliseconds(Summary(serial.starts.map(\.wall)).median)) "
      + "included; speed-up and CPU are beside serial of the same round, geometric means with Student's t over their "
      + "logarithms; efficient: speed-up a worker; Karp-Flatt: the serial share that the speed-up speaks of; varies: lowest "
      + "to highest wall time; other: CPU time of no stage (start, scheduling, memory). "
      + (counts.contains(where: isBeyondCores) ? "*: more workers than cores. " : "")
      + "All settings wrote the same bytes."
  }
}
