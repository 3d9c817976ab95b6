internal import TextFormatting

/// The stages of several runs as stacked bars, in SVG.
struct StageBars {
  struct Bar {
    let title: String
    let parts: [(name: String, value: Double)]
  }

  let bars: [Bar]
  let unit: String

  private static let width = 400.0
  private static let rowHeight = 46.0
  private static let axisHeight = 34.0

  private var longest: Double { max(bars.map { $0.parts.reduce(0) { $0 + $1.value } }.max() ?? 1, 1e-9) }

  var html: HTML {
    let height = Double(bars.count) * StageBars.rowHeight + StageBars.axisHeight
    return .element(
      "svg",
      [
        "viewBox": "0 0 \(SVGPlot.number(StageBars.width)) \(SVGPlot.number(height))", "role": "img",
        "aria-label": bars.map(text).joined(separator: "; "),
      ], bars.enumerated().flatMap(drawn) + axis(height))
  }

  private func text(_ bar: Bar) -> String {
    "\(bar.title): " + bar.parts.map { "\($0.name) \(decimal($0.value)) \(unit)" }.joined(separator: ", ")
  }

  private func drawn(_ index: Int, _ bar: Bar) -> [HTML] {
    let top = Double(index) * StageBars.rowHeight
    let sum = bar.parts.reduce(0) { $0 + $1.value }
    var start = 0.0
    var parts = [
      HTML.element("text", ["x": "0", "y": SVGPlot.number(top + 14)], bar.title),
      HTML.element(
        "text",
        ["class": "label", "x": SVGPlot.number(StageBars.width), "y": SVGPlot.number(top + 14), "text-anchor": "end"],
        "\(decimal(sum)) \(unit)"),
    ]
    for part in bar.parts {
      let length = part.value / longest * StageBars.width
      parts.append(
        .element(
          "rect",
          [
            "class": "fill-\(part.name)", "x": SVGPlot.number(start), "y": SVGPlot.number(top + 20),
            "width": SVGPlot.number(length), "height": "18",
          ], [.element("title", [:], "\(part.name): \(decimal(part.value)) \(unit)")]))
      start += length
    }
    return parts
  }

  private func axis(_ height: Double) -> [HTML] {
    let axis = SVGPlot.Axis.fromZero(to: longest, title: "")
    let y = height - StageBars.axisHeight + 6
    return [
      .element(
        "line",
        [
          "class": "axis", "x1": "0", "x2": SVGPlot.number(StageBars.width), "y1": SVGPlot.number(y),
          "y2": SVGPlot.number(y),
        ])
    ]
      + axis.ticks.filter { $0 <= longest }.map { tick in
        let x = tick / longest * StageBars.width
        let anchor = x < 10 ? "start" : x > StageBars.width - 14 ? "end" : "middle"
        return .element(
          "text", ["class": "label", "x": SVGPlot.number(x), "y": SVGPlot.number(y + 16), "text-anchor": anchor],
          plain(tick))
      }
  }
}
