internal import ArgumentParser
internal import RunState
internal import SystemSupport

/// How a run relates to earlier and concurrent runs in the same output folder.
struct ResumeOptions: ParsableArguments {
  @Flag(
    help: """
      Go on after an interrupted run: leave out what the journal in --out tells as done and unchanged, and what can only \
      fail again.
      """)
  var resume = false

  @Flag(help: "Take only what failed before, as the journal in --out tells.")
  var retryFailed = false

  @Option(help: ArgumentHelp("Write the failed inputs to a list that --files-from reads.", valueName: "file"))
  var failedTo: PathArgument?

  @Flag(help: "Keep no journal in --out; a later --resume or --existing update then knows nothing of this run.")
  var noJournal = false

  @Flag(help: "Do not keep other runs out of --out.")
  var noLock = false

  @Flag(help: "Have the disk keep every output and its name before it counts as written.")
  var durable = false

  var runFiles: RunFileOptions { RunFileOptions(failedTo: failedTo?.path, noJournal: noJournal, noLock: noLock) }

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
