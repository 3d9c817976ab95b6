internal import TextFormatting

/// A small plot of speed-up over workers for a terminal, in ASCII.
struct ASCIIPlot {
  struct Series {
    /// The character of the points.
    let mark: Character
    let points: [(x: Double, y: Double)]
  }

  let series: [Series]
  /// A line below the points; it is drawn first.
  let line: (mark: Character, value: (Double) -> Double)
  let ticks: [Int]
  /// Of the x axis.
  private let title: String
  private let width = 56
  private let height = 11

  init(series: [Series], line: (mark: Character, value: (Double) -> Double), ticks: [Int], title: String) {
    self.series = series
    self.line = line
    self.ticks = ticks
    self.title = title
  }

  /// The x axis is logarithmic, so that each doubling of the workers has the same width, as in `--jobs 1,2,4,8`.
  var text: String {
    let last = Double(ticks.last ?? 1)
    let top = max(1, (series.flatMap { $0.points.map(\.y) } + [line.value(last)]).max() ?? 1)
    var rows = [[Character]](repeating: [Character](repeating: " ", count: width), count: height)
    func column(_ x: Double) -> Int {
      last > 1 ? Int((Double(width - 1) * logarithm(x) / logarithm(last)).rounded()) : width / 2
    }
    func row(_ y: Double) -> Int { height - 1 - Int((Double(height - 1) * min(max(y, 0), top) / top).rounded()) }
    for position in 0..<width {
      let x = last > 1 ? exponential(logarithm(last) * Double(position) / Double(width - 1)) : 1
      rows[row(line.value(x))][position] = line.mark
    }
    for series in series {
      for point in series.points {
        let (row, column) = (row(point.y), column(point.x))
        let isTaken = rows[row][column] != " " && rows[row][column] != line.mark && rows[row][column] != series.mark
        rows[row][column] = isTaken ? "*" : series.mark
      }
    }
    return labelled(rows, top: top) + axis(column)
  }

  private func labelled(_ rows: [[Character]], top: Double) -> String {
    rows.enumerated().map { position, row in
      let isLabelled = position % 5 == 0
      let value = top * Double(height - 1 - position) / Double(height - 1)
      let label = isLabelled ? decimal(value, places: 1) : ""
      let body = String(row)
      return String(repeating: " ", count: 6 - label.count) + label + (isLabelled ? " +" : " |") + trimmedEnd(body)
        + "\n"
    }.joined()
  }

  private func axis(_ column: (Double) -> Int) -> String {
    var labels = [Character](repeating: " ", count: width + 6)
    var free = 0
    for tick in ticks {
      let text = String(tick)
      let start = column(Double(tick))
      guard start >= free else { continue }
      for (offset, digit) in text.enumerated() { labels[start + offset] = digit }
      free = start + text.count + 1
    }
    return "       +" + String(repeating: "-", count: width) + "\n        " + trimmedEnd(String(labels))
      + "  \(title)\n"
  }

  private func trimmedEnd(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }
}
