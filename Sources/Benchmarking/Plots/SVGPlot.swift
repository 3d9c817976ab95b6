internal import TextFormatting

/// An SVG plot of points, lines and intervals over two axes. The page's style sheet sets the colors.
struct SVGPlot {
  /// Maps values to positions on an axis.
  struct Axis {
    enum Scale { case linear, logarithmic }
    let scale: Scale
    let range: ClosedRange<Double>
    let ticks: [Double]
    let title: String

    /// The position of a value: 0 at the start of the axis, 1 at its end.
    func share(_ value: Double) -> Double {
      guard range.upperBound > range.lowerBound else { return 0.5 }
      let value = min(max(value, range.lowerBound), range.upperBound)
      switch scale {
      case .linear: return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
      case .logarithmic:
        let (first, last) = (logarithm(range.lowerBound), logarithm(range.upperBound))
        return (logarithm(value) - first) / (last - first)
      }
    }
  }

  enum Mark {
    /// The string is the CSS class.
    case line(String, [(x: Double, y: Double)])
    case dot(String, x: Double, y: Double, radius: Double, text: String)
    /// A vertical interval. `shift` moves it sideways, so that intervals do not overlap.
    case interval(String, x: Double, lowest: Double, highest: Double, shift: Double)
  }

  static let width = 400.0
  static let height = 280.0
  // The margins for tick labels and titles.
  private static let (left, right, top, bottom) = (46.0, 14.0, 12.0, 44.0)

  let x: Axis
  let y: Axis
  let marks: [Mark]
  /// The text alternative for screen readers.
  let text: String

  var html: HTML {
    .element(
      "svg",
      [
        "viewBox": "0 0 \(SVGPlot.number(SVGPlot.width)) \(SVGPlot.number(SVGPlot.height))", "role": "img",
        "aria-label": text,
      ], grid + axes + marks.map(drawn))
  }

  private func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (
      SVGPlot.left + self.x.share(x) * (SVGPlot.width - SVGPlot.left - SVGPlot.right),
      SVGPlot.height - SVGPlot.bottom - self.y.share(y) * (SVGPlot.height - SVGPlot.top - SVGPlot.bottom)
    )
  }

  private var grid: [HTML] {
    y.ticks.map { tick in
      let (from, to) = (place(x.range.lowerBound, tick), place(x.range.upperBound, tick))
      return SVGPlot.line("grid", from, to)
    }
      + y.ticks.map { tick in
        let at = place(x.range.lowerBound, tick)
        return SVGPlot.text(plain(tick), at.x - 6, at.y + 4, anchor: "end")
      }
      + x.ticks.map { tick in
        let at = place(tick, y.range.lowerBound)
        return SVGPlot.text(plain(tick), at.x, at.y + 16, anchor: "middle")
      }
  }

  private var axes: [HTML] {
    let corner = place(x.range.lowerBound, y.range.lowerBound)
    let end = place(x.range.upperBound, y.range.lowerBound)
    return [
      SVGPlot.line("axis", corner, end),
      SVGPlot.text(x.title, (corner.x + end.x) / 2, SVGPlot.height - 8, anchor: "middle"),
      .element(
        "text",
        [
          "class": "label", "text-anchor": "middle",
          "transform":
            "translate(12 \(SVGPlot.number((SVGPlot.height - SVGPlot.bottom + SVGPlot.top) / 2))) rotate(-90)",
        ], y.title),
    ]
  }

  private func drawn(_ mark: Mark) -> HTML {
    switch mark {
    case .line(let kind, let points):
      let path = points.map { point in
        let at = place(point.x, point.y)
        return "\(SVGPlot.number(at.x)),\(SVGPlot.number(at.y))"
      }.joined(separator: " ")
      return .element("polyline", ["class": kind, "points": path])
    case .dot(let kind, let x, let y, let radius, let text):
      let at = place(x, y)
      return .element(
        "circle",
        [
          "class": kind, "cx": SVGPlot.number(at.x), "cy": SVGPlot.number(at.y), "r": SVGPlot.number(radius),
        ], [.element("title", [:], text)])
    case .interval(let kind, let x, let lowest, let highest, let shift):
      let (from, to) = (place(x, lowest), place(x, highest))
      return SVGPlot.line(kind, (from.x + shift, from.y), (to.x + shift, to.y))
    }
  }

  private static func line(_ kind: String, _ from: (x: Double, y: Double), _ to: (x: Double, y: Double)) -> HTML {
    .element(
      "line",
      [
        "class": kind, "x1": number(from.x), "y1": number(from.y), "x2": number(to.x), "y2": number(to.y),
      ])
  }

  private static func text(_ text: String, _ x: Double, _ y: Double, anchor: String) -> HTML {
    .element("text", ["class": "label", "x": number(x), "y": number(y), "text-anchor": anchor], text)
  }

  /// Rounds to a tenth of a pixel, which is finer than a screen can show.
  static func number(_ value: Double) -> String { plain((value * 10).rounded() / 10) }
}

/// A number without trailing zeros: "0.25", "1.5", "40".
func plain(_ value: Double) -> String {
  var text = decimal(value, places: abs(value) >= 100 ? 1 : 3)
  while text.last == "0" { text.removeLast() }
  if text.last == "." { text.removeLast() }
  return text.isEmpty ? "0" : text
}

extension SVGPlot.Axis {
  /// From 0 to at least the largest value, with four to seven round ticks.
  static func fromZero(to largest: Double, title: String) -> SVGPlot.Axis {
    let largest = max(largest, 1e-9)
    let step = roundStep(largest / 5)
    let top = (largest / step).rounded(.up) * step
    return SVGPlot.Axis(
      scale: .linear, range: 0...top, ticks: stride(from: 0, through: top + step / 2, by: step).map { $0 }, title: title
    )
  }

  /// Between integer powers: of ten where the values span more than a factor of 100, otherwise of two.
  static func powers(around values: [Double], title: String) -> SVGPlot.Axis {
    let positive = values.filter { $0 > 0 }
    let (minimum, maximum) = (positive.min() ?? 1, positive.max() ?? 1)
    let wide = maximum / minimum > 100
    let base = wide ? 10.0 : 2.0
    let first = (logarithm(minimum) / logarithm(base)).rounded(.down)
    let last = max(first + 1, (logarithm(maximum) / logarithm(base)).rounded(.up))
    let ticks = stride(from: first, through: last, by: 1).map { exponential($0 * logarithm(base)) }
    return SVGPlot.Axis(
      scale: .logarithmic, range: exponential(first * logarithm(base))...exponential(last * logarithm(base)),
      ticks: ticks, title: title)
  }

  /// Counts of workers on a logarithmic axis.
  static func counts(_ counts: [Int], title: String) -> SVGPlot.Axis {
    let (first, last) = (Double(counts.first ?? 1), Double(counts.last ?? 1))
    return SVGPlot.Axis(scale: .logarithmic, range: first...last, ticks: counts.map(Double.init), title: title)
  }

  /// 1, 2 or 5 times a power of ten.
  private static func roundStep(_ rough: Double) -> Double {
    let power = exponential((logarithm(rough) / logarithm(10)).rounded(.down) * logarithm(10))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
  }
}
