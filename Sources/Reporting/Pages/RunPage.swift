internal import ImageCore
package import ImageErrors
internal import RunState
package import SystemPackage
package import SystemSupport
internal import TextFormatting

/// The page of `--report`. It is self-contained, except that it links to the images where their total size is too large.
package struct RunPage {
  /// The run as a whole.
  package struct PageHeader: Sendable {
    /// Date, command, folders, versions and the like.
    package var facts: [(name: String, value: String)]
    /// Whether the images were downloaded and stay as they are.
    package var isDownload: Bool
    package var isInterrupted: Bool

    package init(facts: [(name: String, value: String)], isDownload: Bool = false, isInterrupted: Bool) {
      self.facts = facts
      self.isDownload = isDownload
      self.isInterrupted = isInterrupted
    }
  }

  private static let maxOmitted = 100

  private let state: RunPageData.State
  private let summary: RunSummary
  private let header: PageHeader
  private let images: ContactSheet
  private let advice: Advice

  /// - Parameters:
  ///   - page: the path of the page, which links are relative to.
  package init(
    _ record: RunPageData, _ summary: RunSummary, _ header: PageHeader, page: FilePath, advice: @escaping Advice
  ) {
    state = record.noted
    self.summary = summary
    self.header = header
    self.advice = advice
    images = ContactSheet(state.images.elements, page: page)
  }

  /// The page, and its permissions: only users who may read all images in it may read the page.
  package var document: (html: String, permissions: Permissions) {
    let (sheet, permissions) = sheet
    let parts =
      head + omitted + failures + warnings + slowest + [.element("div", ["class": "plots"], [sizes, stages])] + sheet
    let page = HTML.page(title: "imgbatch: \(outcome)", style: pageStyle, [.element("main", [:], parts)])
    return (page.markup, permissions)
  }

  private var verb: String { header.isDownload ? "downloaded" : "written" }

  private var outcome: String {
    var parts = ["\(summary.statistics.written) \(verb)"]
    if summary.statistics.skipped > 0 { parts.append("\(summary.statistics.skipped) skipped") }
    if summary.statistics.failed > 0 { parts.append("\(summary.statistics.failed) failed") }
    if summary.notStarted > 0 { parts.append("\(summary.notStarted) not started") }
    return parts.joined(separator: ", ")
  }

  private var head: [HTML] {
    let statistics = summary.statistics
    let seconds = summary.wallTime.inSeconds
    var numbers: [(String, String)] = [("\(statistics.written)", verb)]
    if statistics.skipped > 0 { numbers.append(("\(statistics.skipped)", "skipped")) }
    numbers.append(("\(statistics.failed)", "failed"))
    if summary.notStarted > 0 { numbers.append(("\(summary.notStarted)", "not started")) }
    numbers.append((decimalSeconds(summary.wallTime, places: 2) + " s", "time"))
    if seconds > 0 { numbers.append((threeDigits(Double(statistics.finished) / seconds), "images per second")) }
    if header.isDownload {
      numbers.append((humanByteCount(statistics.outputByteCount), "received"))
    } else if statistics.written > 0 {
      numbers.append((humanByteCount(statistics.sourceByteCount), "before"))
      numbers.append((humanByteCount(statistics.outputByteCount), "after" + share(statistics)))
    }
    numbers.append((decimalSeconds(summary.usage.cpuTime, places: 2) + " s", "CPU"))
    numbers.append((humanByteCount(summary.usage.peakByteCount), "memory"))
    let items = numbers.map { number, text in
      HTML.element(
        "li", text == "failed" && statistics.failed > 0 ? ["class": "bad"] : [:],
        [.element("b", [:], number), .text(text)])
    }
    let early =
      header.isInterrupted
      ? [HTML.element("p", [:], "The run was interrupted; everything that was written is complete.")] : []
    let facts = header.facts.map { fact in
      HTML.element("tr", [:], [.element("th", ["scope": "row"], fact.name), .element("td", [:], fact.value)])
    }
    return [.element("h1", [:], outcome)] + early + [
      .element("ul", ["class": "big"], items),
      .element("table", ["class": "facts"], [.element("tbody", [:], facts)]),
    ]
  }

  /// Images and folders that are no inputs.
  private var omitted: [HTML] {
    let omitted = summary.omitted
    var items: [HTML] = []
    if omitted.unreadableCount > 0 {
      let names = omitted.unreadableFiles.prefix(RunPage.maxOmitted).map {
        HTML.element("li", [:], "\($0.path.forTerminal): \($0.format)")
      }
      let more = omitted.unreadableFiles.count - names.count
      items.append(
        .element(
          "li", [:],
          [
            .text(
              "\(counted(omitted.unreadableCount, "image")) in formats that imgbatch cannot read: \(omitted.formatCounts)"
            ),
            names.isEmpty
              ? .nothing
              : .element(
                "details", [:],
                [.element("summary", [:], "Show names"), .element("ul", [:], names + and(more, "more"))]),
          ]))
    }
    if !omitted.folders.isEmpty {
      let names = omitted.folders.prefix(RunPage.maxOmitted).map(\.forTerminal).joined(separator: ", ")
      let more = omitted.folders.count - RunPage.maxOmitted
      items.append(
        .element(
          "li", [:],
          "\(counted(omitted.folders.count, "folder")) of thumbnails not entered: \(names)"
            + (more > 0 ? ", and \(more) more" : "")))
    }
    return items.isEmpty ? [] : [.element("h2", [:], "Left out"), .element("ul", [:], items)]
  }

  private func and(_ count: Int, _ rest: String) -> [HTML] {
    count > 0 ? [.element("li", [:], "and \(count) \(rest)")] : []
  }

  private func share(_ statistics: RunStatistics) -> String {
    guard statistics.sourceByteCount > 0 else { return "" }
    return " (\(threeDigits(Double(statistics.outputByteCount) / Double(statistics.sourceByteCount) * 100)) %)"
  }

  private var failures: [HTML] {
    guard summary.statistics.failed > 0 else { return [] }
    let counts = state.failuresByCode.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    let shown = state.failures.sorted { $0.source < $1.source }
    let more = summary.statistics.failed - shown.count
    let rows = shown.map {
      [$0.source, $0.error.stage.rawValue, terminalText($0.error.text(advice)), $0.error.code.rawValue]
    }
    return [
      .element("h2", [:], "Failed"), .element("p", ["class": "soft"], counts),
      textTable(["file", "stage", "why, and what to do", "code"], rows),
    ] + (more > 0 ? [.element("p", [:], "And \(more) more; \(advice(.listFailures)).")] : [])
  }

  private var warnings: [HTML] {
    guard !state.warnings.isEmpty else { return [] }
    let shown = state.warnings.sorted { $0.source < $1.source }
    let more = summary.statistics.warned - shown.count
    let rows = shown.map { warning in
      [
        warning.source,
        terminalText(warning.text) + (warning.count > 1 ? " (and \(warning.count - 1) more)" : ""),
      ]
    }
    return [
      .element("h2", [:], "Written with decoder warnings"), textTable(["file", "warning"], rows),
    ] + (more > 0 ? [.element("p", [:], "And \(more) more.")] : [])
  }

  private var slowest: [HTML] {
    guard !state.slowest.isEmpty else { return [] }
    let rows = state.slowest.map { source, image, time in
      let stage = Stage.allCases.max { image.times[$0] < image.times[$1] } ?? .decode
      return [
        source, milliseconds(time), "\(stage.rawValue) \(milliseconds(image.times[stage]))",
        "\(image.sourceSize.width)×\(image.sourceSize.height)", humanByteCount(image.sourceByteCount),
      ]
    }
    return [
      .element("h2", [:], "Slowest images"), Table([["file", "time", "most of it", "size", "bytes"]] + rows).html,
    ]
  }

  private var sizes: HTML {
    guard !header.isDownload, !state.sizes.isEmpty else { return .nothing }
    let rows = state.sizes.keys.sorted().map { digits -> [String] in
      let limit = (0..<digits).reduce(1) { power, _ in power * 10 }
      let counts = state.sizes[digits] ?? (0, 0)
      return ["below \(humanByteCount(limit))", "\(counts.before)", "\(counts.after)"]
    }
    return .element(
      "section", [:],
      [.element("h2", [:], "Sizes of files, before and after"), Table([["bytes", "sources", "outputs"]] + rows).html])
  }

  private var stages: HTML {
    let statistics = summary.statistics
    guard !header.isDownload, statistics.written > 0 else { return .nothing }
    let sum = max(Stage.allCases.reduce(0) { $0 + statistics.times[$1].inSeconds }, 1e-9)
    let rows = statistics.times.reported.map { stage in
      [
        stage.rawValue, milliseconds(statistics.times[stage] / statistics.written),
        threeDigits(statistics.times[stage].inSeconds / sum * 100) + " %",
      ]
    }
    return .element(
      "section", [:],
      [.element("h2", [:], "Where the time went"), Table([["per image", "time", "share"]] + rows).html])
  }

  private var sheet: (parts: [HTML], permissions: Permissions) {
    guard !images.isEmpty else { return ([], .ordinary) }
    let step = state.images.step
    let text =
      (step > 1 ? "One image in \(step) is shown. " : "")
      + (images.isInside
        ? "The images are inside this page."
        : "The images are linked, not inside this page: they are shown as long as they stay where they are.")
    let (list, permissions) = images.html
    return ([.element("h2", [:], "Contact sheet"), .element("p", ["class": "soft"], text), list], permissions)
  }

  private func milliseconds(_ time: Duration) -> String {
    let value = time.inSeconds * 1000
    return (value < 9.995 ? decimal(value, places: 2) : threeDigits(value)) + " ms"
  }

  private func textTable(_ titles: [String], _ rows: [[String]]) -> HTML {
    .element("div", ["class": "words"], [Table([titles] + rows).html])
  }
}
