internal import TextFormatting

/// One or more profiles as a self-contained page, without scripts, fonts or other files.
package struct ProfilePage: Sendable {
  private let profiles: [ScalingProfile]
  private let machine: Machine

  /// - Parameter profiles: one or more, of different workloads, to compare.
  package init(_ profiles: [ScalingProfile], on machine: Machine) {
    precondition(!profiles.isEmpty, "a page needs a profile")
    self.profiles = profiles
    self.machine = machine
  }

  package var html: String {
    let head: [HTML] = [
      .element("h1", [:], "Speed by number of workers"),
      .element("p", ["class": "soft"], machine.description),
    ]
    let parts = head + comparison + profiles.flatMap(sections) + [facts, footer]
    return HTML.page(title: "Speed by number of workers", style: pageStyle, [.element("main", [:], parts)]).markup
  }

  /// The comparison of several workloads on one machine, the main purpose of the page.
  private var comparison: [HTML] {
    guard profiles.count > 1 else { return [] }
    let figures = profiles.map { profile in
      HTML.element(
        "figure", [:],
        [
          .element("h3", [:], "\(profile.work.workload.title): \(profile.boundText)"), profile.speedUpPlot.html,
          profile.speedUpKey,
        ])
    }
    return [
      .element("h2", [:], "Side by side"),
      .element("p", [:], profiles.map(\.gainText).joined(separator: " ")),
      .element("div", ["class": "plots"], figures),
    ]
  }

  private func sections(_ profile: ScalingProfile) -> [HTML] {
    let advice = profile.advice
    let runs = "\(counted(profile.rounds, "run")) of each, \(profile.work.inputs.description)."
    let points = advice.dropFirst().map { HTML.element("li", [:], $0) }
    var parts: [HTML] = [
      .element("h2", [:], profile.work.workload.title), .element("p", [:], "\(profile.work.description); \(runs)"),
      .element("p", ["class": "answer"], advice[0]), .element("ul", [:], points),
      .element("div", ["class": "plots"], profile.figures(isAlone: profiles.count == 1)),
      .element("h3", [:], "All settings"), Table(profile.rows).html,
    ]
    if !profile.stageRows.isEmpty { parts += [.element("h3", [:], "Stages"), Table(profile.stageRows).html] }
    if let bands = profile.bands { parts += [.element("h3", [:], "Within one image"), Table(bands.rows).html] }
    return parts + [.element("p", ["class": "soft"], profile.completeMethodText)]
  }

  private var facts: HTML {
    let rows = machine.properties.map { fact in
      HTML.element("tr", [:], [.element("th", ["scope": "row"], fact.name), .element("td", [:], fact.value)])
    }
    return .joined([
      .element("h2", [:], "The machine"),
      .element("table", ["class": "facts"], [.element("tbody", [:], rows)]),
    ])
  }

  private var footer: HTML { .element("footer", [:], [.element("p", [:], "Made by imgbatch profile --report.")]) }
}

/// The legend of a plot.
func key(_ entries: [(kind: String, text: String)]) -> HTML {
  .element(
    "ul", ["class": "key"],
    entries.map { entry in .element("li", [:], [.element("i", ["class": entry.kind]), .text(entry.text)]) })
}

extension SingleImageScaling {
  var rows: [[String]] {
    [["cores", "speed-up (95 %)", "limit by Amdahl's law"] + (runs.first?.stages.map { "\($0.name) ms" } ?? [])]
      + runs.map { run in
        let ratio = speedUp(run)
        return [
          "\(run.bands)", run.bands == 1 ? "1" : "\(ratio.cellText)",
          decimal(allowed(run.bands)),
        ] + run.stages.map { decimal($0.wall * 1000) }
      }
  }
}
