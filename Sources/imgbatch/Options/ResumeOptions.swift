internal import ArgumentParser
internal import RunState
internal import SystemSupport

/// The help of `ResumeOptions` in one command.
protocol ResumeHelp {
  static var resume: ArgumentHelp { get }
  static var retryFailed: ArgumentHelp { get }
  static var failedTo: ArgumentHelp { get }
  static var noJournal: ArgumentHelp { get }
  static var durable: ArgumentHelp { get }
  /// Whether the list of failures may contain passwords.
  static var listIsPrivate: Bool { get }
}

/// How a run relates to earlier and concurrent runs in the same output folder.
struct ResumeOptions<Help: ResumeHelp>: ParsableArguments {
  @Flag(help: Help.resume)
  var resume = false

  @Flag(help: Help.retryFailed)
  var retryFailed = false

  @Option(help: Help.failedTo)
  var failedTo: PathArgument?

  @Flag(help: Help.noJournal)
  var noJournal = false

  @Flag(help: "Do not keep other runs out of --out.")
  var noLock = false

  @Flag(help: Help.durable)
  var durable = false

  var runFiles: RunFileOptions {
    RunFileOptions(
      failedTo: failedTo?.path, failedIsPrivate: Help.listIsPrivate, noJournal: noJournal, noLock: noLock)
  }

  var durability: Durability { durable ? .durable : .ordinary }

  func check(against existing: ExistingOutput) throws {
    if resume && retryFailed { throw ValidationError("--resume and --retry-failed cannot both be.") }
    if resume && (existing == .skip || existing == .fail) {
      throw ValidationError("--resume and --existing \(existing.rawValue) cannot both be.")
    }
    if noJournal && selection(existing) != .all {
      let option = resume ? "--resume" : retryFailed ? "--retry-failed" : "--existing update"
      throw ValidationError("\(option) needs the journal, so --no-journal cannot be.")
    }
    if retryFailed && existing == .update {
      throw ValidationError("--retry-failed and --existing update cannot both be.")
    }
  }

  func selection(_ existing: ExistingOutput) -> JobSelection {
    if resume { return .unfinished }
    if retryFailed { return .failed }
    return existing == .update ? .outdated : .all
  }
}

/// The help of `resize` and `grayscale`.
enum ResizeResumeHelp: ResumeHelp {
  static let resume: ArgumentHelp = """
    Go on after an interrupted run: leave out what the journal in --out tells as done and unchanged, and what can only \
    fail again.
    """
  static let retryFailed: ArgumentHelp = "Take only what failed before, as the journal in --out tells."
  static let failedTo = ArgumentHelp("Write the failed inputs to a list that --files-from reads.", valueName: "file")
  static let noJournal: ArgumentHelp =
    "Keep no journal in --out; a later --resume or --existing update then knows nothing of this run."
  static let durable: ArgumentHelp = "Have the disk keep every output and its name before it counts as written."
  static let listIsPrivate = false
}

/// The help of `fetch`.
enum FetchResumeHelp: ResumeHelp {
  static let resume: ArgumentHelp = """
    Go on after an interrupted run: what the journal in --out tells as downloaded is not even asked for again. Without, \
    servers are asked whether it changed.
    """
  static let retryFailed: ArgumentHelp =
    "Take only what failed or was not finished before, as the journal in --out tells."
  static let failedTo = ArgumentHelp(
    """
    Write the addresses that failed, with their positions, names and sha256, as JSON lines to a list that fetch reads; for \
    your eyes alone (mode 600).
    """, valueName: "file")
  static let noJournal: ArgumentHelp = "Keep no journal in --out; later runs then know nothing of this one."
  static let durable: ArgumentHelp = "Have the disk keep every picture and its name before it counts as written."
  static let listIsPrivate = true
}
