/// Rows of cells as text, Markdown or HTML. The first row contains the column titles.
package struct Table: Sendable {
  package enum Alignment: Sendable {
    /// All columns are aligned left.
    case text
    /// All columns but the first are aligned right, so that digits line up.
    case numbers
  }

  private let rows: [[String]]

  package init(_ rows: [[String]]) { self.rows = rows }

  package var isEmpty: Bool { rows.isEmpty }

  /// Without the first column of this title.
  package func without(_ title: String) -> Table {
    guard let column = rows.first?.firstIndex(of: title) else { return self }
    return Table(rows.map { row in Array(row[..<column] + row[(column + 1)...]) })
  }

  /// Drops columns in the order of these titles until the lines fit the width.
  package func fitting(_ width: Int, dropping titles: [String]) -> Table {
    var table = self
    for title in titles where table.widths.reduce(-2, { $0 + $1 + 2 }) > width { table = table.without(title) }
    return table
  }

  private var widths: [Int] {
    (0..<(rows.map(\.count).max() ?? 0)).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
  }

  /// Columns as wide as their widest cell, separated by two spaces, without trailing spaces.
  package func text(_ alignment: Alignment) -> String {
    let widths = widths
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        if alignment == .numbers && column > 0 { return space + cell }
        return column == row.count - 1 ? cell : cell + space
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }

  /// All columns but the first are aligned right. The rows have equal numbers of cells, and no cell contains a bar.
  package var markdown: String {
    let lines = rows.map { "| " + $0.joined(separator: " | ") + " |" }
    let rule = "| --- |" + String(repeating: " ---: |", count: max(0, (rows.first?.count ?? 0) - 1))
    return (lines.prefix(1) + [rule] + lines.dropFirst()).joined(separator: "\n")
  }

  /// An element that scrolls horizontally on narrow screens.
  package var html: HTML {
    let head = (rows.first ?? []).map { HTML.element("th", ["scope": "col"], $0) }
    let body = rows.dropFirst().map { row in HTML.element("tr", [:], row.map { .element("td", [:], $0) }) }
    let parts: [HTML] = [
      .element("thead", [:], [.element("tr", [:], head)]), .element("tbody", [:], Array(body)),
    ]
    // An element that receives the focus needs a role and a name (WAI-ARIA 1.2, 5.2.8).
    let label = "Table: " + (rows.first ?? []).joined(separator: ", ")
    return .element(
      "div", ["class": "scroll", "tabindex": "0", "role": "group", "aria-label": label], [.element("table", [:], parts)]
    )
  }
}
