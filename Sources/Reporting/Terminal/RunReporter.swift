package import BatchEngine
package import ImageErrors
package import RunState
internal import Synchronization
package import SystemSupport
package import WorkerIPC

/// The level of detail of messages.
package enum Verbosity: Sendable {
  /// Failures only.
  case quiet
  /// Failures, and a summary at the end.
  case normal
  /// In addition, a line for every image.
  case verbose
}

/// The content of standard output.
package enum EventOutput: Sendable {
  case none
  /// `--json`: one JSON object per line.
  case jsonLines
  /// Measurements for `compare` and `profile`, which run this program.
  case measurements(MeasurementDetail)
}

/// The destinations of a reporter's text. Nothing else in this target prints.
package struct ReportOutput: Sendable {
  /// Results: complete lines.
  package var results: @Sendable (String) -> Void
  /// Messages: lines and terminal control sequences.
  package var messages: @Sendable (String) -> Void

  package init(results: @escaping @Sendable (String) -> Void, messages: @escaping @Sendable (String) -> Void) {
    self.results = results
    self.messages = messages
  }
}

/// Converts the outcomes of a run, from any thread, into events, lines, a progress line and a final summary.
package final class RunReporter: OutcomeObserver {
  private struct State {
    var statistics = RunStatistics()
    var progress = ProgressLine()
    /// The source bytes of all ended images, whatever their outcome.
    var endedByteCount = 0
    /// The summary was printed. Later outcomes are ignored.
    var isFinished = false
    var reading = ReadReport()
    /// The confinements that were reported. Several kinds of workers may share one; it is reported once.
    var confinements: Set<Confinement> = []
    var failureAdvice = FailureAdvice()
    /// The number of decoder warnings that were printed.
    var shownWarnings = 0
  }

  /// The size of the run, as far as it is known at the start.
  package struct RunScope: Sendable {
    /// The number of images; nil while a list is still being read.
    package var inputs: Int?
    /// The total size of all sources in bytes; 0 where unknown.
    package var sourceByteCount: Int

    package init(inputs: Int?, sourceByteCount: Int) {
      self.inputs = inputs
      self.sourceByteCount = sourceByteCount
    }
  }

  /// Without --verbose, only the first warnings are printed.
  static let maxShownWarnings = 10

  private let extent: RunScope
  private let omitted: OmittedInputs
  private let events: EventOutput
  private let verbosity: Verbosity
  private let style: TextStyle
  private let advice: Advice
  /// Whether a later run can continue this one.
  private let canResume: Bool
  /// What happened to the images that the run made, as in "written"; nil for no line of totals.
  private let verb: String?
  /// The width of the terminal for a progress line; nil while another job is in the foreground. No closure where there is no
  /// progress line.
  private let progressWidth: (@Sendable () -> Int?)?
  private let sinks: ReportOutput
  private let elapsed: @Sendable () -> Duration
  private let state = Mutex(State())

  /// - Parameters:
  ///   - canResume: whether a later run can continue this one, if it is interrupted.
  ///   - verb: what happened to the images that the run made; nil for no line of totals.
  ///   - progressWidth: nil for no progress line; returns nil while the run is in the background.
  ///   - elapsed: the time since the start of the run.
  package init(
    extent: RunScope, omitted: OmittedInputs = OmittedInputs(), events: EventOutput, verbosity: Verbosity,
    style: TextStyle, advice: @escaping Advice, canResume: Bool = false, verb: String? = "written",
    progressWidth: (@Sendable () -> Int?)?, sinks: ReportOutput, elapsed: @escaping @Sendable () -> Duration
  ) {
    self.extent = extent
    self.omitted = omitted
    self.events = events
    self.verbosity = verbosity
    self.style = style
    self.advice = advice
    self.canResume = canResume
    self.verb = verb
    self.progressWidth = progressWidth
    self.sinks = sinks
    self.elapsed = elapsed
  }

  /// Reports the start of the run.
  package func start(version: String, mode: ExecutionMode, workers: Int) {
    guard case .jsonLines = events else { return }
    sinks.results(Events.start(version: version, mode: mode, workers: workers, inputs: extent.inputs) + "\n")
  }

  /// Reports the confinement of the worker processes. Gaps in it are always reported, by an event or else on the terminal.
  package func note(_ confinement: Confinement) {
    state.withLock { state in
      guard state.confinements.insert(confinement).inserted else { return }
      if !confinement.gaps.isEmpty { return warn(&state, code: "sandbox", confinement.summary) }
      guard verbosity == .verbose else { return }
      hideProgress(&state)
      sinks.messages(confinement.summary + "\n")
    }
  }

  /// Reports how the sources of the run were read, with its totals.
  package func note(_ reading: ReadReport) { state.withLock { $0.reading = reading } }

  /// Reports a warning about the whole run, by an event or else on the terminal.
  package func warn(code: String, _ message: String) {
    state.withLock { warn(&$0, code: code, message) }
  }

  private func warn(_ state: inout State, code: String, _ message: String) {
    hideProgress(&state)
    if case .jsonLines = events { return sinks.results(Events.warning(code: code, message) + "\n") }
    sinks.messages("Warning: \(message)\n")
  }

  /// Reports the outcome of an image. The lines of one image are written together.
  package func observe(_ job: Job, _ outcome: Outcome) {
    state.withLock { state in
      if state.isFinished { return }
      state.statistics.add(outcome)
      state.endedByteCount += job.sourceByteCount
      if case .failed(let error) = outcome { state.failureAdvice.add(error) }
      if let line = line(for: job, outcome, &state.shownWarnings) {
        hideProgress(&state)
        sinks.messages(line + "\n")
      }
      if case .jsonLines = events {
        hideProgress(&state)
        sinks.results(lines(Events.file(job, outcome, advice: advice)))
      }
      if case .measurements(.items) = events, case .written(let image) = outcome {
        sinks.results(ItemCost(image).line)
      }
      showProgress(&state)
    }
  }

  /// Reports the result of `--dry-run` for an image that would be written. It counts as not started.
  package func add(_ job: Job, planned preview: ImagePreview) {
    state.withLock { state in
      state.statistics.addPlanned()
      hideProgress(&state)
      switch events {
      case .jsonLines: sinks.results(lines(Events.planned(job, preview)))
      case .none, .measurements: sinks.results(lines(plannedLines(job, preview, hasReasons: verbosity == .verbose)))
      }
      showProgress(&state)
    }
  }

  /// Ends the report: removes the progress line, and prints the summary once.
  /// - Parameter inputs: the number of images found, which for a streamed list is known only now.
  @discardableResult
  package func finish(inputs: Int, usage: ResourceUsage, isInterrupted: Bool = false) -> RunSummary {
    state.withLock { state in
      let summary = RunSummary(
        statistics: state.statistics, inputs: inputs, omitted: omitted, wallTime: elapsed(), usage: usage,
        isInterrupted: isInterrupted, reading: state.reading)
      if state.isFinished { return summary }
      state.isFinished = true
      hideProgress(&state)
      switch events {
      case .none: break
      case .jsonLines: sinks.results(Events.summary(summary) + "\n")
      case .measurements:
        let stages = StageCost.all(of: state.statistics).map(\.line)
        sinks.results(stages.joined() + ReadersUsed(count: state.reading.readers).line)
      }
      switch verbosity {
      case .quiet: break
      case .normal, .verbose:
        if verbosity == .verbose, summary.reading.share > 0 { sinks.messages(summary.reading.text + "\n") }
        if let verb {
          let resume = isInterrupted && canResume ? "; \(advice(.resume))" : ""
          sinks.messages(summary.text(advice, verb: verb) + resume + "\n")
        }
        sinks.messages(omitted.lines(isVerbose: verbosity == .verbose))
        if case .none = events, let hint = summary.formatHint(advice) { sinks.messages(hint + "\n") }
      }
      sinks.messages(state.failureAdvice.lines(advice))
      return summary
    }
  }

  private func line(for job: Job, _ outcome: Outcome, _ shownWarnings: inout Int) -> String? {
    switch (outcome, verbosity) {
    case (.failed(let error), _): return failureLine(job, error, style: style)
    case (.written(let image), .verbose):
      let notes = image.notes.map { "\n" + noteLine(job.source, $0, style: style, advice: advice) }.joined()
      let warning = (image.warningCount > 0 ? "\n" + warningLine(job.source, image, style: style) : "") + notes
      return writtenLines(job, image).joined(separator: "\n") + warning
    case (.skipped(let reason), .verbose): return skippedLines(job, reason).joined(separator: "\n")
    case (.written(let image), .normal) where image.warningCount > 0:
      shownWarnings += 1
      return shownWarnings <= RunReporter.maxShownWarnings ? warningLine(job.source, image, style: style) : nil
    case (.written, _), (.skipped, _): return nil
    }
  }

  private func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

  private func hideProgress(_ state: inout State) {
    let clear = state.progress.clear()
    // In the background, the last line of the terminal belongs to the shell.
    if !clear.isEmpty, progressWidth?() != nil { sinks.messages(clear) }
  }

  private func showProgress(_ state: inout State) {
    guard let width = progressWidth?() else { return }
    let ended = state.statistics.finished
    let progress = Progress(
      ended: ended, failed: state.statistics.failed, inputs: extent.inputs,
      share: share(ended: ended, byteCount: state.endedByteCount), elapsed: elapsed())
    if let line = state.progress.redraw(progress, width: width) { sinks.messages(line) }
  }

  /// By bytes where known, because the largest images come first; otherwise by number.
  private func share(ended: Int, byteCount: Int) -> Double? {
    if extent.sourceByteCount > 0 { return min(1, Double(byteCount) / Double(extent.sourceByteCount)) }
    guard let inputs = extent.inputs, inputs > 0 else { return nil }
    return Double(ended) / Double(inputs)
  }
}
