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
      let rest: Job
      switch settlement(of: job, source) {
      case .ended(let outcome):
        settled(job, outcome)
        continue
      case .toDo(let job): rest = job
      }
      for folder in rest.folders { sweepAtFirst(folder) }
      state.withLock { $0.inHand[job.index] = (rest, source) }
      return rest
    }
    return nil
  }

  private func sweepAtFirst(_ folder: FilePath) {
    guard lock != nil, state.withLock({ $0.sweptFolders.insert(folder.hashValue).inserted }) else { return }
    if StaleTemporaries.sweep(folder, before: start) { state.withLock { $0.unsweptFolders.append(folder) } }
  }

  /// A job that was handed out was only looked at.
  package func leave(_ job: Job) { state.withLock { _ = $0.inHand.removeValue(forKey: job.index) } }

  /// A job that was handed out has ended: one line in the journal for each output that it was to make.
  package func end(_ job: Job, _ outcome: Outcome) {
    let begun = state.withLock { $0.inHand.removeValue(forKey: job.index) }
    guard let journal else { return }
    for (place, output) in job.outputs.enumerated() where output.settled == nil {
      let result: JournalOutcome
      switch outcome {
      case .skipped: return
      case .failed(let error): result = .failed(error)
      case .written(let picture):
        // The source may have changed since, but then it is not as it was before: it is done again, never left out.
        guard picture.outputs[place].skipped == nil, let stamp = FileStamp(of: output.path, links: .stay) else {
          continue
        }
        result = .written(output: stamp)
      }
      journal.append(
        JournalEntry(
          source: begun?.source ?? FileStamp(byteCount: 0, modified: 0),
          recipe: mark.value(for: output.format, result), outcome: result, outputName: names.output(output.path),
          sourceName: names.source(job)))
    }
  }

  /// The run is over: what could not be swept when it began may be by now.
  package func finish() {
    for folder in state.withLock({ $0.unsweptFolders }) { _ = StaleTemporaries.sweep(folder, before: start) }
  }

  /// The run ends while pictures are in hand: their temporary files go. Workers that are still at it are to end.
  package func dropPicturesInHand() {
    // Without the lock for oneself they may be those of others.
    guard lock != nil else { return }
    let folders = Set(state.withLock { $0.inHand.values.flatMap(\.job.folders) })
    for folder in folders { StaleTemporaries.drop(folder, since: start) }
  }

  /// Whether a job's outputs are there as this recipe made them, whatever became of its source.
  package func isMade(_ job: Job) -> Bool {
    job.outputs.allSatisfy { output in
      let record = history?.record(outputName: names.output(output.path), sourceName: names.source(job))
      guard let record, case .written(let stamp) = record.outcome,
        record.recipe == mark.value(for: output.format, record.outcome)
      else { return false }
      return FileStamp(of: output.path, links: .stay) == stamp
    }
  }

  /// What is known of a job without doing it: how it ended, or what is left of it.
  private func settlement(of job: Job, _ source: FileStamp?) -> Settlement {
    guard let history, job.refusal == nil else { return .toDo(job) }
    var outputs = job.outputs
    for place in outputs.indices {
      switch settlement(of: outputs[place], job, source, history) {
      case .failed(let error): return .ended(.failed(error))
      case .skipped(let reason): outputs[place].settled = reason
      case .written, nil: break
      }
    }
    if let reason = outputs[0].settled, outputs.allSatisfy({ $0.settled != nil }) { return .ended(.skipped(reason)) }
    return .toDo(
      Job(
        index: job.index, source: job.source, relativeStart: job.relativeStart, outputs: outputs,
        sourceByteCount: job.sourceByteCount, address: job.address))
  }

  private enum Settlement {
    case ended(Outcome)
    case toDo(Job)
  }

  /// What is known of one output; nil where it has to be made.
  private func settlement(of output: JobOutput, _ job: Job, _ source: FileStamp?, _ history: History) -> Outcome? {
    let record = history.record(outputName: names.output(output.path), sourceName: names.source(job))
    switch selection {
    case .all: return nil
    case .failed:
      if let record, case .failed = record.outcome { return nil }
      return .skipped(.notFailed)
    case .outdated, .unfinished: break
    }
    guard let record, record.source == source, record.recipe == mark.value(for: output.format, record.outcome) else {
      return nil
    }
    switch (record.outcome, selection) {
    case (.written(let stamp), _):
      return FileStamp(of: output.path, links: .stay) == stamp ? .skipped(.upToDate) : nil
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

  func output(_ path: FilePath) -> [UInt8] {
    Array(path.bytes.dropFirst(folder.length).drop { $0 == UInt8(ascii: "/") })
  }

  func source(_ job: Job) -> [UInt8] { here.pushing(job.source).lexicallyNormalized().bytes }
}

extension Job {
  /// Where its outputs lie.
  fileprivate var folders: Set<FilePath> { Set(outputs.map { $0.path.removingLastComponent() }) }
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
