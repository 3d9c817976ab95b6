internal import BatchEngine
internal import Downloading
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import Thumbnailing

/// Which books a run keeps.
struct RunFileOptions {
  /// Where the list of what failed goes; nil for none.
  var failedTo: FilePath?
  /// Whether that list may have passwords in it, as addresses have them.
  var failedIsPrivate = false
  var noJournal: Bool
  var noLock: Bool
}

/// What a run keeps in its output folder beside the images, the lock and the journal, and the list of what failed.
struct RunFiles {
  private let selection: JobSelection
  private let lock: FolderLock?
  /// Where the run is one of several shards in the folder.
  private let shardLock: FolderLock?
  private let history: History?
  /// Nil for none.
  let journal: Journal?
  private let failed: FailedList?
  private let failedPath: FilePath?

  /// Opens them all before any work. A dry run only reads what is there.
  /// - Parameters:
  ///   - check: of all that is written.
  ///   - lists: that the run reads, and that may be replaced by the list of what failed.
  init(
    in folder: FilePath, _ wishes: RunFileOptions, selection: JobSelection, separator: Delimiter, shard: Shard? = nil,
    isDry: Bool, check: inout OverwriteCheck, lists: [FilePath]
  ) throws {
    self.selection = selection
    let checked: CheckedPath?
    do throws(OverwriteRefusal) {
      try check.checkRecords(in: folder, of: shard)
      checked = try wishes.failedTo.map { path throws(OverwriteRefusal) in
        try check.check(path, for: "--failed-to", mayBe: lists)
      }
    } catch {
      throw CommandError(error)
    }
    do throws(FolderLock.LockConflict) {
      let isLocked = !wishes.noLock && !isDry
      lock = isLocked ? try FolderLock(in: folder, shard == nil ? .exclusive : .shared) : nil
      shardLock = if isLocked, let shard { try FolderLock(in: folder, .shard(shard)) } else { nil }
    } catch {
      throw CommandError.locked(folder, error)
    }
    do throws(JournalError) {
      if lock != nil, !wishes.noJournal { Journal.compact(in: folder, of: shard) }
      history = selection == .all ? nil : try History(of: folder, shard: shard)
      journal = wishes.noJournal || isDry ? nil : try Journal(in: folder, of: shard)
    } catch {
      throw CommandError.journal(error)
    }
    if selection == .failed, let history, history.isEmpty { throw CommandError.nothingToRetry(folder) }
    let list = isDry ? nil : checked
    failedPath = list?.path
    do throws(OwnFileError) {
      failed =
        if let list {
          try FailedList(list, separator: separator, isPrivate: wishes.failedIsPrivate)
        } else {
          nil
        }
    } catch {
      throw CommandError.failedList(list?.path ?? "", error)
    }
  }

  func resumable(
    _ jobs: any JobSource, folder: FilePath, options: ThumbnailOptions,
    settled: @escaping @Sendable (Job, Outcome) -> Void
  ) -> ResumableJobSource {
    ResumableJobSource(
      jobs, folder: folder, options: options, selection: selection, history: history, journal: journal,
      lock: shardLock == nil ? lock : nil,
      settled: settled)
  }

  /// An image has ended, by work or by what is known of it.
  func note(_ job: Job, _ outcome: Outcome) {
    if case .failed = outcome { failed?.add(job.listEntry) }
  }

  /// An entry of a list of addresses has failed.
  func note(failed listed: ListedAddress) {
    failed?.add(Array(listed.jsonLine(keepsPosition: true).utf8), position: listed.position)
  }

  /// Writes the list of what failed, and says what could not be kept.
  func close(writesList: Bool = true) {
    if let error = journal?.failure {
      say("the journal could not be kept (\(error.message)); --resume will do some pictures again.")
    }
    guard writesList, let failed, let failedPath else { return }
    do throws(Errno) {
      let omitted = try failed.write()
      if omitted > 0 { say("\(omitted) failed names have line ends and are not in the list; use -0.") }
    } catch {
      say("the list --failed-to \(failedPath.forTerminal) could not be written (\(error.message)).")
    }
  }

  private func say(_ sentence: String) { StandardStream.error.write("Warning: \(sentence)\n") }
}
