internal import ArgumentParser
internal import RunState
internal import SystemSupport

/// The help of `ResumeOptions` in one command.
protocol ResumeHelp {
  static var resume: ArgumentHelp { get }
  static var retryFailed: ArgumentHelp { get }
  static var failedTo: ArgumentHelp { get }
  static var journal: ArgumentHelp { get }
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

  @Option(help: Help.journal)
  var journal: PathArgument?

  @Flag(help: Help.noJournal)
  var noJournal = false

  @Flag(help: "Do not lock --out against other runs.")
  var noLock = false

  @Flag(help: Help.durable)
  var durable = false

  var runFiles: RunFileOptions {
    RunFileOptions(
      failedTo: failedTo?.path, failedIsPrivate: Help.listIsPrivate, journal: journal?.path,
      noJournal: noJournal, noLock: noLock)
  }

  var durability: Durability { durable ? .durable : .ordinary }

  func check(against existing: ExistingOutput) throws {
    if resume && retryFailed { throw ValidationError("--resume cannot be used with --retry-failed.") }
    if resume && (existing == .skip || existing == .fail) {
      throw ValidationError("--resume cannot be used with --existing \(existing.rawValue).")
    }
    if noJournal && journal != nil { throw ValidationError("--journal cannot be used with --no-journal.") }
    if noJournal && selection(existing) != .all {
      let option = resume ? "--resume" : retryFailed ? "--retry-failed" : "--existing update"
      throw ValidationError("\(option) needs the journal and cannot be used with --no-journal.")
    }
    if retryFailed && existing == .update {
      throw ValidationError("--retry-failed cannot be used with --existing update.")
    }
  }

  func selection(_ existing: ExistingOutput) -> JobSelection {
    if resume { return .unfinished }
    if retryFailed { return .failed }
    return existing == .update ? .outdated : .all
  }
}

private let journalHelp = ArgumentHelp(
  "Keep the journal in this file instead of in --out.",
  discussion: "It has mode 600 and contains the paths of the sources. Later runs need the same option.",
  valueName: "file")

/// The help of `resize` and `grayscale`.
enum ResizeResumeHelp: ResumeHelp {
  static let resume = ArgumentHelp(
    "Continue an interrupted run: skip what the journal lists as done and unchanged.",
    discussion: """
      Images are made again if the source or the options changed, as with --existing update. Failures are tried again only if \
      they can succeed now.
      """)
  static let retryFailed = ArgumentHelp("Process only what failed before, according to the journal.")
  static let failedTo = ArgumentHelp("Write the inputs that failed to a list for --files-from.", valueName: "file")
  static let journal = journalHelp
  static let noJournal = ArgumentHelp("Keep no journal; later runs with --resume or --existing update redo everything.")
  static let durable = ArgumentHelp("Flush each output and its folder to disk (fsync) before it counts as written.")
  static let listIsPrivate = false
}

/// The help of `fetch`.
enum FetchResumeHelp: ResumeHelp {
  static let resume = ArgumentHelp(
    "Continue an interrupted run: do not request again what the journal lists as downloaded.",
    discussion: "Without it, servers are asked whether an image changed.")
  static let retryFailed = ArgumentHelp("Request only what failed or was not finished, according to the journal.")
  static let failedTo = ArgumentHelp(
    "Write the addresses that failed to a list for fetch, as JSON lines.",
    discussion: "The file has mode 600, because addresses can contain passwords.", valueName: "file")
  static let journal = journalHelp
  static let noJournal = ArgumentHelp("Keep no journal; later runs do not know about this one.")
  static let durable = ArgumentHelp("Flush each image and its folder to disk (fsync) before it counts as written.")
  static let listIsPrivate = true
}
