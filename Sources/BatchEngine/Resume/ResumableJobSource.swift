package import RunState
internal import Synchronization
package import SystemPackage
internal import SystemSupport
package import Thumbnailing
internal import WorkerIPC

/// Stands between the jobs of a run and its workers: keeps the journal, leaves out what is done already, knows which
/// images are in hand, and sweeps each folder before the first output in it.
package final class ResumableJobSource: JobSource {
  private struct State {
    /// Jobs that were handed out and have not ended, by index, with their sources as they were just before.
    var inHand: [Int: (job: Job, source: FileStamp?)] = [:]
    var sweptFolders: Set<PlacedFolder> = []
    /// Folders where temporaries of another process that is still there were found.
    var unsweptFolders: [PlacedFolder] = []
  }

  private let jobs: any JobSource
  private let known: UpToDateCheck
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
    _ jobs: any JobSource, folder: FilePath, options: ThumbnailOptions, selection: JobSelection, history: History?,
    journal: Journal?, lock: FolderLock?, settled: @escaping @Sendable (Job, Outcome) -> Void
  ) {
    self.jobs = jobs
    known = UpToDateCheck(folder: folder, options: options, selection: selection, history: history)
    self.journal = journal
    self.lock = lock
    self.settled = settled
  }

  package var count: Int? { jobs.count }

  package func next() -> Job? {
    while let job = jobs.next() {
      let source = FileStamp(of: job.source, links: .follow)
      let rest: Job
      switch known.settlement(of: job, source) {
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

  private func sweepAtFirst(_ folder: PlacedFolder) {
    guard lock != nil, state.withLock({ $0.sweptFolders.insert(folder).inserted }) else { return }
    if StaleTemporaries.sweep(folder, before: start) { state.withLock { $0.unsweptFolders.append(folder) } }
  }

  /// A job that was handed out was only looked at.
  package func leave(_ job: Job) { state.withLock { _ = $0.inHand.removeValue(forKey: job.index) } }

  /// A job that was handed out has ended: one line in the journal for each output that it was to make.
  package func end(_ job: Job, _ outcome: Outcome) {
    let begun = state.withLock { $0.inHand.removeValue(forKey: job.index) }
    guard let journal else { return }
    for (position, output) in job.outputs.enumerated() where output.settled == nil {
      let result: JournalOutcome
      switch outcome {
      case .skipped: return
      case .failed(let error): result = .failed(error)
      case .written(let image):
        // The source may have changed since, but then it is not as it was before: it is done again, never left out.
        guard image.outputs[position].skipped == nil, let stamp = FileStamp(of: output.path, links: .stay) else {
          continue
        }
        result = .written(output: stamp)
      }
      journal.append(
        JournalEntry(
          source: begun?.source ?? FileStamp(byteCount: 0, modified: 0),
          fingerprint: known.mark.fingerprint(ofOutput: position, output.format, result), outcome: result,
          outputName: known.names.output(output.path), sourceName: .file(known.names.source(job))))
    }
  }

  /// Whether a job's outputs are there as these options made them, whatever became of its source.
  package func isMade(_ job: Job) -> Bool { known.isMade(job) }

  /// The run is over: what could not be swept when it began may be by now.
  package func finish() {
    for folder in state.withLock({ $0.unsweptFolders }) { _ = StaleTemporaries.sweep(folder, before: start) }
  }

  /// The run ends while images are in hand: their temporary files go, and nobody else's. Makes no more afterwards; worker
  /// processes are stopped, and end with this one.
  package func dropImagesInHand() {
    TemporaryFile.makeNoMoreForImages()
    WorkerSocket.stopAll()
    let folders = Set(state.withLock { $0.inHand.values.flatMap(\.job.folders) })
    for folder in folders { StaleTemporaries.dropOwn(folder) }
  }
}

extension Job {
  /// Where its outputs lie.
  fileprivate var folders: Set<PlacedFolder> { Set(outputs.map(\.file.folder)) }
}
