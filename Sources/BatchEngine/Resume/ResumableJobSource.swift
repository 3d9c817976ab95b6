package import RunState
internal import Synchronization
package import SystemPackage
internal import SystemSupport
package import Thumbnailing
internal import WorkerIPC

/// Sits between the jobs of a run and its workers. It writes the journal, skips finished images, tracks the images in flight, and
/// removes stale temporary files from each folder before the first output in it.
package final class ResumableJobSource: JobSource {
  private struct State {
    /// Jobs in flight, by index, with the stamp of the source from before the job was handed out.
    var inFlight: [Int: (job: Job, source: FileStamp?)] = [:]
    var sweptFolders: Set<PlacedFolder> = []
    /// Folders with temporary files of another process that still exists.
    var unsweptFolders: [PlacedFolder] = []
  }

  private let jobs: any JobSource
  private let check: UpToDateCheck
  private let journal: Journal?
  /// Held as long as this object lives; nil if no folder may be swept.
  private let lock: FolderLock?
  private let stale: StaleFormats?
  private let start = StaleTemporaries.now
  private let state = Mutex(State())

  /// - Parameters:
  ///   - jobs: its `finished` is also called for jobs that need no work, which `next` does not return.
  ///   - history: nil to take all jobs.
  ///   - journal: nil for none.
  ///   - stale: nil to remove nothing.
  package init(
    _ jobs: any JobSource, folder: FilePath, options: ThumbnailOptions, selection: JobSelection, history: History?,
    journal: Journal?, lock: FolderLock?, stale: StaleFormats? = nil
  ) {
    self.jobs = jobs
    check = UpToDateCheck(folder: folder, options: options, selection: selection, history: history)
    self.journal = journal
    self.lock = lock
    self.stale = stale
  }

  package var count: Int? { jobs.count }

  package func next() -> Job? {
    while let job = jobs.next() { if let rest = begin(checked(job)) { return rest } }
    return nil
  }

  /// A job that has been compared with the records of earlier runs.
  package struct CheckedJob: Sendable {
    fileprivate let decision: UpToDateCheck.Decision
    fileprivate let source: FileStamp?

    /// The job with the outputs that remain; nil if it needs no work.
    package var rest: Job? { if case .make(let job) = decision { job } else { nil } }
  }

  /// The next job, unchecked. `next` is `claim`, `checked` and `begin` at once.
  package func claim() -> Job? { jobs.next() }

  /// Reads the status of files, which may wait for storage.
  package func checked(_ job: Job) -> CheckedJob {
    let source = journal == nil && check.takesAll ? nil : FileStamp(of: job.source, links: .follow)
    return CheckedJob(decision: check.decision(on: job, source), source: source)
  }

  /// - Returns: nil if the job needs no work. It has ended then.
  package func begin(_ checked: CheckedJob) -> Job? {
    switch checked.decision {
    case .end(let job, let outcome):
      if case .skipped(.upToDate) = outcome { stale?.remove(of: job) }
      jobs.finished(job, outcome)
      return nil
    case .make(let rest):
      for folder in rest.folders { sweepAtFirst(folder) }
      state.withLock { $0.inFlight[rest.index] = (rest, checked.source) }
      return rest
    }
  }

  private func sweepAtFirst(_ folder: PlacedFolder) {
    guard lock != nil, state.withLock({ $0.sweptFolders.insert(folder).inserted }) else { return }
    if StaleTemporaries.sweep(folder, before: start) { state.withLock { $0.unsweptFolders.append(folder) } }
  }

  /// Writes a line to the journal for each output that the job had to make.
  package func finished(_ job: Job, _ outcome: Outcome?) {
    let job = outcome.map(job.settled) ?? job
    defer { jobs.finished(job, outcome) }
    let begun = state.withLock { $0.inFlight.removeValue(forKey: job.index) }
    guard let journal, let outcome else { return }
    for (index, output) in job.outputs.enumerated() where output.skipReason == nil {
      let result: JournalOutcome
      switch outcome {
      case .skipped: return
      case .failed(let error): result = .failed(error)
      case .written(let image):
        // If the source has changed since, its stamp differs from the recorded one, and the next run redoes it.
        guard image.outputs[index].skipped == nil, let stamp = FileStamp(of: output.path, links: .stay) else {
          continue
        }
        result = .written(output: stamp)
      }
      journal.append(
        JournalEntry(
          source: begun?.source ?? FileStamp(byteCount: 0, modified: 0),
          fingerprint: check.fingerprints.fingerprint(ofOutput: index, output.format, result), outcome: result,
          outputName: check.keys.output(output.path), sourceName: .file(check.keys.source(job))))
    }
    if case .written = outcome { stale?.remove(of: job) }
  }

  /// Whether a job's outputs exist as these options made them, even if the source has changed.
  package func hasOutputs(of job: Job) -> Bool { check.hasOutputs(of: job) }

  /// Ends the run: retries the folders that could not be swept at first.
  package func finish() {
    for folder in state.withLock({ $0.unsweptFolders }) { _ = StaleTemporaries.sweep(folder, before: start) }
  }

  /// Abandons the images in flight when the run ends early: removes their temporary files and no others. No more are created
  /// afterwards. Worker processes are stopped, and exit with this process.
  package func abandonImagesInFlight() {
    TemporaryFile.makeNoMoreForImages()
    WorkerSocket.stopAll()
    let folders = Set(state.withLock { $0.inFlight.values.flatMap(\.job.folders) })
    for folder in folders { StaleTemporaries.dropOwn(folder) }
  }
}

extension Job {
  /// The folders of its outputs.
  fileprivate var folders: Set<PlacedFolder> { Set(outputs.flatMap(\.candidates).map(\.file.folder)) }
}
