internal import ArgumentParser
internal import Benchmarking
internal import Glibc
internal import Reporting
internal import SystemSupport

/// What the run prints.
struct MessageOptions: ParsableArguments {
  @Flag(help: "Events on standard output, one JSON object a line.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say failures only.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say a line for every picture.")
  var verbose = false

  @Option(
    help: ArgumentHelp(
      "A line that shows how far the run is; auto: where standard error is a terminal.", valueName: "when"))
  var progress: AutoChoice = .auto

  @OptionGroup var colors: ColorOptions

  func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose cannot both be.") }
    if quiet && progress == .always { throw ValidationError("--quiet and --progress always cannot both be.") }
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
  @Option(
    help: ArgumentHelp(
      "Colour in lines for people; auto: where standard error is a terminal, unless NO_COLOR is set.",
      valueName: "when"))
  var color: AutoChoice = .auto

  var style: TextStyle {
    switch color {
    case .always: .colored
    case .never: .plain
    case .auto:
      StandardStream.error.isTerminal && !terminalIsDumb && (Environment["NO_COLOR"] ?? "").isEmpty ? .colored : .plain
    }
  }
}

enum AutoChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never
}

private var terminalIsDumb: Bool { Environment["TERM"] == "dumb" }

extension RunReporter {
  /// Writes to the standard streams, as the options select.
  convenience init(
    _ messages: MessageOptions, extent: RunScope, events: EventOutput, since began: ContinuousClock.Instant
  ) {
    self.init(
      extent: extent, events: events, verbosity: messages.verbosity, style: messages.colors.style,
      advice: \.sentence, progressWidth: messages.progressWidth,
      sinks: ReportOutput(
        results: { StandardStream.output.write($0) },
        messages: { text in
          // Where the reader of the results has exited, as in `| head -1`, messages are unwanted too.
          if StandardStream.output.condition != .readerGone { StandardStream.error.write(text) }
        }),
      elapsed: { ContinuousClock.now - began })
  }
}
