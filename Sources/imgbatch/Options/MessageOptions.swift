internal import ArgumentParser
internal import Benchmarking
internal import Glibc
internal import ImageErrors
internal import Reporting
internal import RunState
internal import SystemSupport

/// What the run prints.
struct MessageOptions: ParsableArguments {
  @Flag(help: "Write events to standard output, one JSON object per line.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print failures only.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print a line for every image.")
  var verbose = false

  @Option(
    help: ArgumentHelp(
      "Show a progress line; auto: if standard error is a terminal.", valueName: "when"))
  var progress: AutoChoice = .auto

  @Option(help: colorHelp)
  var color: AutoChoice = .auto

  func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet cannot be used with --verbose.") }
    if quiet && progress == .always { throw ValidationError("--quiet cannot be used with --progress always.") }
  }

  var verbosity: Verbosity { quiet ? .quiet : verbose ? .verbose : .normal }
  var events: EventOutput { json ? .jsonLines : .none }

  /// The width of the terminal for a progress line, in columns; nil while another job is in the foreground. The closure is nil
  /// where there is no progress line.
  var progressWidth: (@Sendable () -> Int?)? {
    let wanted =
      switch progress {
      case .always: true
      case .never: false
      case .auto: !quiet && StandardStream.error.isTerminal && !terminalIsDumb
      }
    guard wanted else { return nil }
    return { StandardStream.error.isOthersTerminal ? nil : StandardStream.error.terminalWidth }
  }
}

/// Separate from `MessageOptions`, for commands that print lines only.
struct ColorOptions: ParsableArguments {
  @Option(help: colorHelp)
  var color: AutoChoice = .auto
}

private let colorHelp = ArgumentHelp(
  "Color messages; auto: if standard error is a terminal and NO_COLOR is not set.", valueName: "when")

enum AutoChoice: String, ChoiceArgument {
  case auto, always, never

  /// The style of messages, as the value of `--color`.
  var style: TextStyle {
    switch self {
    case .always: .colored
    case .never: .plain
    case .auto:
      StandardStream.error.isTerminal && !terminalIsDumb && (Environment["NO_COLOR"] ?? "").isEmpty ? .colored : .plain
    }
  }
}

private var terminalIsDumb: Bool { Environment["TERM"] == "dumb" }

extension RunReporter {
  /// Writes to the standard streams, as the options select.
  convenience init(
    _ messages: MessageOptions, extent: RunScope, omitted: OmittedInputs = OmittedInputs(), events: EventOutput,
    advice: @escaping Advice = \.sentence, canResume: Bool = false, verb: String? = "written",
    since began: ContinuousClock.Instant
  ) {
    // The reader of the events may read standard error too, as in `2>&1 | jq`.
    let wantsText = messages.verbose || messages.progress == .always || StandardStream.error.isTerminal
    let isSilent = messages.json && !wantsText
    self.init(
      extent: extent, omitted: omitted, events: events, verbosity: messages.verbosity, style: messages.color.style,
      advice: advice, canResume: canResume, verb: verb, progressWidth: messages.progressWidth,
      sinks: ReportOutput(
        results: { StandardStream.output.write($0) },
        messages: { text in
          // Where the reader of the results has exited, as in `| head -1`, messages are unwanted too.
          if !isSilent, StandardStream.output.condition != .readerGone { StandardStream.error.write(text) }
        }),
      elapsed: { ContinuousClock.now - began })
  }
}
