/// A table of texts with the column titles in the first row. It scrolls horizontally on narrow screens.
package func htmlTable(_ rows: [[String]]) -> HTML {
  let head = (rows.first ?? []).map { HTML.element("th", ["scope": "col"], $0) }
  let body = rows.dropFirst().map { row in HTML.element("tr", [:], row.map { .element("td", [:], $0) }) }
  let parts: [HTML] = [
    .element("thead", [:], [.element("tr", [:], head)]), .element("tbody", [:], Array(body)),
  ]
  return .element("div", ["class": "scroll", "tabindex": "0"], [.element("table", [:], parts)])
}
