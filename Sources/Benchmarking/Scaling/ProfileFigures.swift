internal import RunState
internal import SystemSupport
internal import TextFormatting

/// The figures of a profile's page.
extension ScalingProfile {
  /// The most points, which keeps the page small and the shape of the cloud visible.
  private static let maxDots = 1500

  var boundText: String {
    switch work.workload.bound {
    case .cores: "bound by \(counted(cores, "core"))"
    case .storage: "bound by storage, not by \(counted(cores, "core"))"
    case .answers: "bound by responses, not by \(counted(cores, "core"))"
    }
  }

  /// The largest speed-up, in one sentence.
  var gainText: String {
    let tops = modes.compactMap { points($0).max { $0.speedUp.estimate < $1.speedUp.estimate } }
    guard let top = tops.max(by: { $0.speedUp.estimate < $1.speedUp.estimate }) else { return "" }
    let gain =
      "\(work.workload.title): \(counted(top.workers, work.workload.worker)) \(top.workers == 1 ? "is" : "are") "
      + "\(decimal(top.speedUp.estimate)) times as fast as one"
    switch work.workload.bound {
    case .cores:
      return gain
        + (top.speedUp.estimate > 0.8 * Double(cores) ? "; each keeps a core busy, so the cores are the limit." : ".")
    case .answers, .storage:
      let what = work.workload.bound == .answers ? "responses" : "reads"
      return gain
        + " on \(counted(cores, "core")), because waiting needs no CPU; the number of simultaneous \(what) is the limit."
    }
  }

  func figures(isAlone: Bool) -> [HTML] {
    let speedUp = figure("Speed-up over serial", speedUpPlot.html, speedUpKey, speedUpCaption)
    return (isAlone ? [speedUp] : []) + [stageFigure, itemFigure, bandFigure].compactMap { $0 }
  }

  private func figure(_ title: String, _ plot: HTML, _ key: HTML, _ caption: String) -> HTML {
    .element("figure", [:], [.element("h3", [:], title), plot, key, .element("figcaption", [:], caption)])
  }

  // MARK: - Speed-up

  var speedUpPlot: SVGPlot {
    let ends = modes.flatMap {
      points($0).flatMap { [$0.speedUp.estimate, max($0.speedUp.lowest, 1.0 / 16), min($0.speedUp.highest, 4096)] }
    }
    let last = Double(counts.last ?? 1)
    let top = max(ideal(last), ends.max() ?? 1)
    let line = curve(from: 1, to: last, ideal)
    let text = modes.map { mode in
      "\(mode.rawValue): "
        + points(mode).map { "\(decimal($0.speedUp.estimate)) with \($0.workers)" }.joined(separator: ", ")
    }
    return SVGPlot(
      x: .counts(counts, title: work.workload.worker + "s"),
      y: .powers(around: ends + [1, top], title: "times as fast as serial"),
      marks: [.line("ideal", line)] + modes.enumerated().flatMap { marks($1, shift: Double($0) * 6 - 3) },
      text: "Speed-up by \(work.workload.worker)s. " + text.joined(separator: "; "))
  }

  private func marks(_ mode: BenchmarkMode, shift: Double) -> [SVGPlot.Mark] {
    let points = points(mode)
    let law = bestFit(mode)
    var marks: [SVGPlot.Mark] = []
    if let law {
      // Drawn over the fitted counts only, and scaled to serial, because one worker of the mode may be slower than serial.
      let scale = points.first?.speedUp.estimate ?? 1
      marks.append(
        .line("law", curve(from: 1, to: Double(law.range.upperBound)) { scale * law.speedUp($0) }))
    }
    marks.append(
      .line(
        "curve line-\(mode.rawValue)",
        points.map { (x: Double($0.workers), y: $0.speedUp.estimate) }))
    for point in points {
      marks.append(
        .interval(
          "curve line-\(mode.rawValue)", x: Double(point.workers), lowest: point.speedUp.lowest,
          highest: point.speedUp.highest, shift: shift))
      marks.append(
        .dot(
          "dot-\(mode.rawValue)", x: Double(point.workers), y: point.speedUp.estimate, radius: 4,
          text:
            "\(point.record.configuration.description): \(point.speedUp.cellText)"
        ))
    }
    return marks
  }

  /// The law with more parameters, where there are enough points.
  private func bestFit(_ mode: BenchmarkMode) -> FittedLaw? {
    fit(.universal, mode) ?? fit(.amdahl, mode)
  }

  private func curve(from first: Double, to last: Double, _ value: (Double) -> Double) -> [(x: Double, y: Double)] {
    guard last > first else { return [(first, value(first))] }
    return (0...48).map { step in
      // Equal steps on the logarithmic axis. The last one is set exactly: a law must not be evaluated beyond its range.
      let x = step == 48 ? last : first * exponential(logarithm(last / first) * Double(step) / 48)
      return (x, value(x))
    }
  }

  var speedUpKey: HTML {
    let laws = modes.compactMap(bestFit).first.map { [(kind: "dotted", text: $0.law.title)] } ?? []
    return key(
      modes.map { (kind: "fill-\($0.rawValue)", text: $0.rawValue) } + [(kind: "thin", text: "ideal")] + laws)
  }

  private var speedUpCaption: String {
    let few = ScalingLaw.allCases.filter { fittingCounts < $0.minCounts }.map(\.title)
    return "Vertical lines are 95 % intervals."
      + (few.isEmpty ? "" : " Too few points for \(few.joined(separator: " and ")), so no curve goes through them.")
  }

  // MARK: - Stages

  private var stageFigure: HTML? {
    let records = stageRecords
    guard let first = records.first else { return nil }
    let items = Double(max(1, work.items))
    let bars = records.map { record in
      StageBars.Bar(
        title: record.configuration.description,
        parts: record.stages.enumerated().map { index, stage in
          (name: stageKind(stage.name, index), value: stage.cpu / items * 1000)
        })
    }
    return figure(
      "CPU time by stage", StageBars(bars: bars, unit: "ms").html,
      key(first.stages.enumerated().map { (kind: "fill-" + stageKind($1.name, $0), text: $1.name) }),
      "Milliseconds of CPU per \(work.workload.item). Other: start, scheduling, memory.")
  }

  /// The stage's name where the page has a color for it; otherwise the next color's name.
  private func stageKind(_ name: String, _ index: Int) -> String {
    let known = ["read", "decode", "resize", "encode", "write", "other"]
    return known.contains(name) ? name : known[index % (known.count - 1)]
  }

  // MARK: - Items

  private var itemFigure: HTML? {
    let items = serial.items.filter { $0.size > 0 && $0.wall > .zero }
    guard items.count > 1 else { return nil }
    let step = (items.count + ScalingProfile.maxDots - 1) / ScalingProfile.maxDots
    let shown = stride(from: 0, to: items.count, by: step).map { items[$0] }
    let unit = work.workload.bound == .answers ? "megabytes" : "megapixels"
    let plot = SVGPlot(
      x: .powers(around: shown.map { Double($0.size) / 1e6 }, title: unit),
      y: .powers(around: shown.map { $0.wall.inSeconds * 1000 }, title: "milliseconds"),
      marks: shown.map { item in
        let (x, y) = (Double(item.size) / 1e6, item.wall.inSeconds * 1000)
        return .dot("dot-item", x: x, y: y, radius: 3, text: "\(decimal(x)) \(unit), \(decimal(y)) ms")
      }, text: "Time of each \(work.workload.item) by its \(unit)")
    let maximum = items.max { $0.wall < $1.wall }
    let text = maximum.map { "The slowest took \(milliseconds($0.wall.inSeconds))." } ?? ""
    return figure(
      "Time of each \(work.workload.item)", plot.html,
      key([(kind: "fill-threads", text: "one \(work.workload.item), in serial")]),
      text + (step > 1 ? " One in \(step) is shown, from the warm-up." : " All are from one run, the warm-up."))
  }

  // MARK: - Within one image

  private var bandFigure: HTML? {
    guard let bands, let maximum = bands.runs.last?.bands, maximum > 1 else { return nil }
    let files = points(.threads).filter { $0.workers <= maximum }
    let counts = bands.runs.map(\.bands)
    let speedUps = files.map(\.speedUp.estimate) + bands.runs.map { bands.speedUp($0).estimate }
    let dots = bands.runs.map { run -> SVGPlot.Mark in
      let ratio = bands.speedUp(run)
      return .dot(
        "dot-bands", x: Double(run.bands), y: ratio.estimate, radius: 4,
        text: "\(run.bands) cores: \(decimal(ratio.estimate))")
    }
    let plot = SVGPlot(
      x: .counts(counts, title: "cores"),
      y: .powers(around: speedUps + [1, Double(maximum)], title: "times as fast as one core"),
      marks: [
        .line("ideal", [(x: 1, y: 1), (x: Double(maximum), y: Double(maximum))]),
        .line("curve line-files", files.map { (x: Double($0.workers), y: $0.speedUp.estimate) }),
        .line(
          "law",
          curve(from: 1, to: Double(maximum)) { ScalingLaw.amdahl.speedUp($0, serialShare: bands.serialShare.estimate) }
        ),
        .line("curve line-bands", bands.runs.map { (x: Double($0.bands), y: bands.speedUp($0).estimate) }),
      ] + dots, text: bands.text(comparedWith: nil))
    return figure(
      "Side by side or together?", plot.html,
      key([
        (kind: "fill-files", text: "images side by side"), (kind: "fill-bands", text: "one image on all cores"),
        (kind: "thin", text: "ideal"), (kind: "dotted", text: "one image, by Amdahl's law"),
      ]),
      "\(percent(bands.serialShare.estimate)) of the largest image's time runs on one core, so it is never more than "
        + "\(decimal(bands.limit)) times as fast.")
  }
}
