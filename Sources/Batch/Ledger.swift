internal import Codecs
internal import Synchronization
package import SystemPackage

/// Which of its inputs a run works on, by what the journal tells of them.
package enum Selection: Sendable {
  case all
  /// What changed in source or options, or whose output is gone (`--existing update`).
  case outdated
  /// The same, but for pictures that would only fail again (`--resume`).
  case unfinished
  /// What failed (`--retry-failed`).
  case failed
}

/// Stands between the jobs of a run and its workers: keeps the journal, leaves out what is done already, knows which
/// pictures are in hand, and sweeps each folder before the first output in it.
package final class Ledger: JobSource {
  private struct State {
    /// Jobs that were handed out and have not ended, by index, with their sources as they were just before.
    var inHand: [Int: (job: Job, source: FileStamp?)] = [:]
    var sweptFolders: Set<Int> = []
    /// Folders where temporaries of another process that is still there were found.
    var unsweptFolders: [FilePath] = []
  }

  private let jobs: any JobSource
  private let names: LedgerNames
  private let mark: RecipeMark
  private let selection: Selection
  private let history: History?
  private let journal: Journal?
  /// Held until the ledger goes; nil where nothing may be swept.
  private let lock: FolderLock?
  private let settled: @Sendable (Job, Outcome) -> Void
  private let start = StaleTemporaries.now
  private let state = Mutex(State())

  /// - Parameters:
  ///   - history: nil where all are taken.
  ///   - journal: nil for none.
  ///   - settled: told of a job that nothing is done for, instead of handing it out.
  package init(
    _ jobs: any JobSource, folder: FilePath, recipe: Recipe, selection: Selection, history: History?,
    journal: Journal?, lock: FolderLock?, settled: @escaping @Sendable (Job, Outcome) -> Void
  ) {
    self.jobs = jobs
    names = LedgerNames(folder: folder)
    mark = RecipeMark(recipe)
    self.selection = selection
    self.history = history
    self.journal = journal
    self.lock = lock
    self.settled = settled
  }

  package var count: Int? { jobs.count }

  package func next() -> Job? {
    while let job = jobs.next() {
      let source = FileStamp(of: job.source, links: .follow)
      if let outcome = settlement(of: job, source) {
        settled(job, outcome)
        continue
      }
      let folder = job.output.removingLastComponent()
      let isFirst = state.withLock { state in
        state.inHand[job.index] = (job, source)
        return lock != nil && state.sweptFolders.insert(folder.hashValue).inserted
      }
      if isFirst, StaleTemporaries.sweep(folder, before: start) {
        state.withLock { $0.unsweptFolders.append(folder) }
      }
      return job
    }
    return nil
  }

  /// A job that was handed out was only looked at.
  package func leave(_ job: Job) { state.withLock { _ = $0.inHand.removeValue(forKey: job.index) } }

  /// A job that was handed out has ended: one line in the journal.
  package func end(_ job: Job, _ outcome: Outcome) {
    let begun = state.withLock { $0.inHand.removeValue(forKey: job.index) }
    guard let journal else { return }
    let result: JournalOutcome
    switch outcome {
    case .skipped: return
    case .failed(let error): result = .failed(error)
    case .written:
      // The source may have changed since, but then it is not as it was before: it is done again, never left out.
      guard let output = FileStamp(of: job.output, links: .stay) else { return }
      result = .written(output: output)
    }
    journal.append(
      JournalEntry(
        source: begun?.source ?? FileStamp(byteCount: 0, modified: 0), recipe: mark.value(for: job.format, result),
        outcome: result, outputName: names.output(job), sourceName: names.source(job)))
  }

  /// The run is over: what could not be swept when it began may be by now.
  package func finish() {
    for folder in state.withLock({ $0.unsweptFolders }) { _ = StaleTemporaries.sweep(folder, before: start) }
  }

  /// The run ends while pictures are in hand: their temporary files go. Workers that are still at it are to end.
  package func dropPicturesInHand() {
    let folders = Set(state.withLock { $0.inHand.values.map { $0.job.output.removingLastComponent() } })
    for folder in folders { StaleTemporaries.drop(folder, since: start) }
  }

  /// Whether a job's output is there as this recipe made it, whatever became of its source.
  package func isMade(_ job: Job) -> Bool {
    let record = history?.record(outputName: names.output(job), sourceName: names.source(job))
    guard let record, case .written(let output) = record.outcome,
      record.recipe == mark.value(for: job.format, record.outcome)
    else { return false }
    return FileStamp(of: job.output, links: .stay) == output
  }

  /// What is known of a job without doing it; nil where it has to be done.
  private func settlement(of job: Job, _ source: FileStamp?) -> Outcome? {
    guard let history, job.refusal == nil else { return nil }
    let record = history.record(outputName: names.output(job), sourceName: names.source(job))
    switch selection {
    case .all: return nil
    case .failed:
      if let record, case .failed = record.outcome { return nil }
      return .skipped(.notFailed)
    case .outdated, .unfinished: break
    }
    guard let record, record.source == source, record.recipe == mark.value(for: job.format, record.outcome) else {
      return nil
    }
    switch (record.outcome, selection) {
    case (.written(let output), _):
      return FileStamp(of: job.output, links: .stay) == output ? .skipped(.upToDate) : nil
    case (.failed(let error), .unfinished) where error.code.isLasting: return .failed(error.known)
    case (.failed, _), (.partial, _): return nil
    }
  }
}

/// The names of a job as the journal has them: the same wherever a run starts and however the output folder is spelt.
private struct LedgerNames: Sendable {
  private let folder: FilePath
  private let here: FilePath

  init(folder: FilePath) {
    self.folder = folder
    here = currentFolder()
  }

  func output(_ job: Job) -> [UInt8] {
    Array(job.output.bytes.dropFirst(folder.length).drop { $0 == UInt8(ascii: "/") })
  }

  func source(_ job: Job) -> [UInt8] { here.pushing(job.source).lexicallyNormalized().bytes }
}

extension ErrorCode {
  /// Whether the same source fails by the same recipe every time, so that trying again is of no use.
  fileprivate var isLasting: Bool {
    switch self {
    case .notAnImage, .unsupported, .truncated, .corrupt, .limitPixels, .limitBytes, .limitScans: true
    case .limitMemory, .timeout, .changedWhileReading, .notARegularFile, .read, .write, .exists, .workerCrashed,
      .internal, .httpStatus, .network, .refusedAddress, .tooLarge, .redirects:
      false
    }
  }
}

extension JobError {
  /// Told again by a run that did not try.
  fileprivate var known: JobError {
    JobError(
      stage: stage, code: code,
      message: message + "; known from an earlier run, not tried again (--retry-failed does)")
  }
}
