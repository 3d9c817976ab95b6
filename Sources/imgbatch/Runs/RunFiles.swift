internal import BatchEngine
internal import Downloading
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import Thumbnailing

/// The files that a run keeps in addition to its images.
struct RunFileOptions {
  /// The path of the list of failures; nil for none.
  var failedTo: FilePath?
  /// Whether that list may contain passwords, which addresses can include.
  var failedIsPrivate = false
  /// The path of the journal; nil for the one in the output folder.
  var journal: FilePath?
  var noJournal: Bool
  var noLock: Bool
}

/// The lock, the journal and the list of failures of a run.
struct RunFiles: RunRecord {
  private let selection: JobSelection
  private let lock: FolderLock?
  /// The lock of one shard; nil where the run is not a shard.
  private let shardLock: FolderLock?
  private let history: History?
  /// Nil without a journal.
  let journal: Journal?
  /// Nil without a journal.
  private let stale: StaleFormats?
  private let failed: FailedList?
  private let failedPath: FilePath?

  /// Opens all of them before the first image. A dry run only reads the journal.
  /// - Parameters:
  ///   - check: guards against overwriting inputs, lists and images.
  ///   - lists: the lists that the run reads. The list of failures may replace them.
  init(
    in folder: FilePath, _ fileOptions: RunFileOptions, selection: JobSelection, separator: Delimiter,
    shard: Shard? = nil,
    isDry: Bool, check: inout OverwriteCheck, lists: [FilePath]
  ) throws {
    self.selection = selection
    if fileOptions.journal != nil && shard != nil {
      throw CommandError(status: .wrongUsage, sentence: "--journal cannot be used with --shard.")
    }
    let checked: CheckedPath?
    do throws(OverwriteRefusal) {
      try check.checkRecords(in: folder, of: shard)
      if let journal = fileOptions.journal { _ = try check.check(journal, for: "--journal") }
      checked = try fileOptions.failedTo.map { path throws(OverwriteRefusal) in
        try check.check(path, for: "--failed-to", mayBe: lists)
      }
    } catch {
      throw CommandError(error)
    }
    do throws(FolderLock.LockConflict) {
      let isLocked = !fileOptions.noLock && !isDry
      lock = isLocked ? try FolderLock(in: folder, shard == nil ? .exclusive : .shared) : nil
      shardLock = if isLocked, let shard { try FolderLock(in: folder, .shard(shard)) } else { nil }
    } catch {
      throw CommandError.locked(folder, error)
    }
    do throws(JournalError) {
      if let journal = fileOptions.journal { try Journal.checkIsJournal(journal) }
      if lock != nil, !fileOptions.noJournal { Journal.compact(in: folder, of: shard, at: fileOptions.journal) }
      history = selection == .all ? nil : try History(of: folder, shard: shard, at: fileOptions.journal)
      journal = fileOptions.noJournal || isDry ? nil : try Journal(in: folder, of: shard, at: fileOptions.journal)
    } catch {
      throw CommandError.journal(error)
    }
    stale = journal == nil ? nil : StaleFormats(in: folder, of: shard, at: fileOptions.journal)
    if selection == .failed, let history, history.isEmpty { throw CommandError.nothingToRetry(folder) }
    let list = isDry ? nil : checked
    failedPath = list?.path
    do throws(OwnFileError) {
      failed =
        if let list {
          try FailedList(list, separator: separator, isPrivate: fileOptions.failedIsPrivate)
        } else {
          nil
        }
    } catch {
      throw CommandError.failedList(list?.path ?? "", error)
    }
  }

  func resumable(_ jobs: any JobSource, folder: FilePath, options: ThumbnailOptions) -> ResumableJobSource {
    ResumableJobSource(
      jobs, folder: folder, options: options, selection: selection, history: history, journal: journal,
      lock: shardLock == nil ? lock : nil, stale: stale)
  }

  func observe(_ job: Job, _ outcome: Outcome) {
    if case .failed = outcome { failed?.add(job.listEntry) }
  }

  /// Records the failure of an address.
  func note(failed listed: ListedAddress) {
    failed?.add(Array(listed.jsonLine(keepsPosition: true).utf8), position: listed.position)
  }

  /// Writes the list of failures, and warns about records that could not be written.
  func close(_ summary: RunSummary, of inputs: any RunInputs) -> Bool {
    defer {
      shardLock?.release()
      lock?.release()
    }
    if let error = journal?.failure {
      say("the journal could not be kept (\(error.message)); --resume will repeat some images.")
    }
    guard inputs.overwritten == nil, let failed, let failedPath else { return true }
    do throws(Errno) {
      let omitted = try failed.write()
      if omitted > 0 { say("\(omitted) failed names have line ends and are not in the list; use -0.") }
    } catch {
      say("the list --failed-to \(failedPath.forTerminal) could not be written (\(error.message)).")
    }
    return true
  }

  private func say(_ sentence: String) { StandardStream.error.write("Warning: \(sentence)\n") }
}
