import ImageCore
import ImageErrors
import Reporting
import RunState
import Synchronization
import SystemPackage
import SystemSupport
import Testing
import TextFormatting

@Suite("The reporter of a run")
struct RunReporterTests {
  /// Records the output of a reporter, and provides a clock that stands still until it is set.
  final class SignalThread: Sendable {
    let results = Mutex("")
    let messages = Mutex("")
    let time = Mutex(Duration.zero)

    func reporter(
      inputs: Int? = 3, bytes: Int = 0, events: EventOutput = .none, verbosity: Verbosity = .normal, width: Int? = nil,
      canResume: Bool = false
    ) -> RunReporter {
      var progressWidth: (@Sendable () -> Int)?
      if let width { progressWidth = { width } }
      return RunReporter(
        extent: .init(inputs: inputs, sourceByteCount: bytes), events: events, verbosity: verbosity, style: .plain,
        advice: \.rawValue, canResume: canResume, progressWidth: progressWidth,
        sinks: ReportOutput(
          results: { text in self.results.withLock { $0 += text } },
          messages: { text in self.messages.withLock { $0 += text } }
        ),
        elapsed: { self.time.withLock { $0 } })
    }
  }

  static let failure = JobError(
    stage: .decode, code: .truncated, message: "the file ends\u{1B} too early", hint: .fetchAgain)
  static let usage = ResourceUsage(cpuTime: .zero, peakByteCount: 1)

  @Test("A failure is one escaped line in the messages, with file, stage and code")
  func failureLine() {
    let listener = SignalThread()
    listener.reporter(verbosity: .quiet).observe(EventsTests.job("a\nb.jpg"), .failed(RunReporterTests.failure))
    #expect(
      listener.messages.withLock { $0 }
        == "failed a\\nb.jpg: decode: the file ends\\x1b too early [truncated]\n")
    #expect(listener.results.withLock { $0 }.isEmpty)
  }

  @Test("Advice is printed once per kind at the end, with the number of failures")
  func advice() {
    let listener = SignalThread()
    var failure = RunReporterTests.failure
    failure.isKnown = true
    let reporter = listener.reporter(verbosity: .quiet)
    reporter.observe(EventsTests.job("a.jpg"), .failed(failure))
    reporter.observe(EventsTests.job("b.jpg"), .failed(RunReporterTests.failure))
    reporter.finish(inputs: 2, usage: RunReporterTests.usage)
    #expect(
      listener.messages.withLock { $0 }.hasSuffix(
        "[truncated]\n  truncated (2): fetch-again\n  1 failed before: retry-failed\n"))
  }

  @Test("Without --verbose the first ten decoder warnings are printed, and the summary counts all")
  func warnings() {
    let listener = SignalThread()
    let reporter = listener.reporter(inputs: 12)
    var image = EventsTests.image
    image.warningCount = 1
    image.firstWarning = "odd"
    for number in 1...12 { reporter.observe(EventsTests.job(FilePath("\(number).jpg")), .written(image)) }
    reporter.finish(inputs: 12, usage: RunReporterTests.usage)
    let lines = listener.messages.withLock { $0 }.split(separator: "\n")
    #expect(lines.dropLast() == (1...10).map { "warning \($0).jpg: odd" }[...])
    #expect(lines.last?.hasSuffix("; 12 with decoder warnings, show-warnings") == true)
  }

  @Test("An interrupted run says so, and how to continue where that is possible", arguments: [true, false])
  func interrupted(canResume: Bool) {
    let listener = SignalThread()
    let reporter = listener.reporter(inputs: 3, canResume: canResume)
    reporter.observe(EventsTests.job("a.jpg"), .written(EventsTests.image))
    reporter.finish(inputs: 3, usage: RunReporterTests.usage, isInterrupted: true)
    let text = listener.messages.withLock { $0 }
    #expect(text.hasPrefix("interrupted: 1 written, 2 not started in "))
    #expect(text.hasSuffix("; resume\n") == canResume)
  }

  @Test("A lost profile and warnings have advice, in the image's lines and in the summary")
  func losses() {
    let listener = SignalThread()
    let reporter = listener.reporter(inputs: 1, verbosity: .verbose)
    var image = EventsTests.image
    image.notes = [.profile, .frames]
    image.warningCount = 1
    image.firstWarning = "odd"
    reporter.observe(EventsTests.job("a.jpg"), .written(image))
    reporter.finish(inputs: 1, usage: RunReporterTests.usage)
    let lines = listener.messages.withLock { $0 }.split(separator: "\n")
    #expect(
      lines.dropFirst().prefix(3) == [
        "warning a.jpg: odd",
        "note a.jpg: its profile is not sRGB and was dropped, so its colors look different; convert-to-srgb",
        "note a.jpg: it is animated; only its still image was used",
      ])
    #expect(
      lines.last?.hasSuffix(
        "; 1 with decoder warnings; only the still image of 1 animations was used, "
          + "1 lost a profile that is not sRGB, convert-to-srgb") == true)
  }

  @Test("Quiet runs print failures only, verbose ones a line for every image")
  func verbosity() {
    let quiet = SignalThread()
    let silent = quiet.reporter(verbosity: .quiet)
    silent.observe(EventsTests.job("a.jpg"), .written(EventsTests.image))
    silent.finish(inputs: 1, usage: RunReporterTests.usage)
    #expect(quiet.messages.withLock { $0 }.isEmpty)

    let verbose = SignalThread()
    let chatty = verbose.reporter(verbosity: .verbose)
    chatty.observe(EventsTests.job("a.jpg"), .written(EventsTests.image))
    chatty.observe(EventsTests.job("b.jpg", "thumbs/b.jpg"), .skipped(.exists))
    #expect(
      verbose.messages.withLock { $0 }
        == "a.jpg -> thumbs/a.jpg: 4000x3000 -> 256x192, 812 kB -> 9.1 kB, 13.9 ms\n"
        + "skipped b.jpg: thumbs/b.jpg is there already\n")
  }

  @Test("In the background no line is drawn or cleared, but failures are reported")
  func background() {
    let listener = SignalThread()
    let isForeground = Mutex(true)
    let reporter = RunReporter(
      extent: .init(inputs: 9, sourceByteCount: 0), events: .none, verbosity: .normal, style: .plain,
      advice: \.rawValue, progressWidth: { isForeground.withLock { $0 } ? 80 : nil },
      sinks: ReportOutput(results: { _ in }, messages: { text in listener.messages.withLock { $0 += text } }),
      elapsed: { .zero })
    reporter.observe(EventsTests.job("a.jpg"), .written(EventsTests.image))
    #expect(listener.messages.withLock { $0 }.hasPrefix("\r\u{1B}[K11 %, 1 of 9 images"))
    isForeground.withLock { $0 = false }
    listener.messages.withLock { $0 = "" }
    reporter.observe(EventsTests.job("b.jpg"), .written(EventsTests.image))
    reporter.observe(EventsTests.job("c.jpg"), .failed(RunReporterTests.failure))
    #expect(listener.messages.withLock { $0 }.hasPrefix("failed c.jpg: "))
    isForeground.withLock { $0 = true }
    reporter.observe(EventsTests.job("d.jpg"), .written(EventsTests.image))
    #expect(listener.messages.withLock { $0 }.hasSuffix("\n\r\u{1B}[K44 %, 4 of 9 images, 1 failed"))
  }

  @Test("The summary is printed once, and nothing after it")
  func finishedOnce() {
    let listener = SignalThread()
    let reporter = listener.reporter(events: .jsonLines)
    reporter.observe(EventsTests.job("a.jpg"), .written(EventsTests.image))
    reporter.finish(inputs: 3, usage: RunReporterTests.usage)
    let said = listener.results.withLock { $0 }
    reporter.observe(EventsTests.job("b.jpg"), .failed(RunReporterTests.failure))
    let again = reporter.finish(inputs: 3, usage: RunReporterTests.usage)
    #expect(listener.results.withLock { $0 } == said)
    #expect(again.statistics.finished == 1 && again.notStarted == 2)
  }

  @Test("The progress line is cleared before other lines and drawn again after them")
  func clearing() {
    let listener = SignalThread()
    let reporter = listener.reporter(width: 80)
    reporter.observe(EventsTests.job("a.jpg"), .written(EventsTests.image))
    reporter.observe(EventsTests.job("b.jpg"), .failed(RunReporterTests.failure))
    reporter.finish(inputs: 3, usage: RunReporterTests.usage)
    let clear = "\r\u{1B}[K"
    let messages = listener.messages.withLock { $0 }
    #expect(messages.hasPrefix(clear + "33 %, 1 of 3 images" + clear + "failed b.jpg"))
    #expect(
      messages.contains(
        "[truncated]\n" + clear + "66 %, 2 of 3 images, 1 failed" + clear + "1 written, 1 failed, 1 not started"))
  }

  @Test("The progress line is drawn at most ten times per second and never wider than the terminal")
  func drawing() {
    var line = ProgressLine()
    func at(_ milliseconds: Int, width: Int = 80) -> String? {
      line.redraw(
        Progress(ended: 10, failed: 0, inputs: 1000, share: 0.25, elapsed: .milliseconds(milliseconds)), width: width)
    }
    #expect(at(2000) == "\r\u{1B}[K25 %, 10 of 1000 images, 5.0/s, 0:06 left")
    #expect(at(2099) == nil)
    #expect(at(2100, width: 10) == "\r\u{1B}[K25 %, 10 ")
    #expect(at(2200, width: 0) == "\r\u{1B}[K")
    #expect(line.clear() == "\r\u{1B}[K")
    #expect(line.clear() == "")
  }

  @Test("Without a known number there is a count and a rate, and no estimate of the time left")
  func unknownExtent() {
    let progress = Progress(ended: 10, failed: 2, inputs: nil, share: nil, elapsed: .seconds(5))
    #expect(ProgressLine.text(progress) == "10 images, 2.0/s, 2 failed")
  }

  @Test("Events go to the results, one line each, and the totals are right with many threads")
  func events() async {
    let listener = SignalThread()
    let reporter = listener.reporter(inputs: 100, events: .jsonLines)
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<100 {
        group.addTask {
          let outcome: Outcome = index % 4 == 0 ? .failed(RunReporterTests.failure) : .written(EventsTests.image)
          reporter.observe(EventsTests.job("a.jpg", bytes: 10), outcome)
        }
      }
    }
    let summary = reporter.finish(inputs: 120, usage: RunReporterTests.usage)
    #expect(summary.statistics.written == 75)
    #expect(summary.statistics.failed == 25)
    #expect(summary.notStarted == 20)
    let lines = listener.results.withLock { $0 }.split(separator: "\n")
    #expect(lines.count == 101)
    #expect(lines.allSatisfy { $0.hasPrefix("{\"event\":") && $0.hasSuffix("}") })
  }
}
