internal import BatchEngine
internal import Parallelism
internal import Reporting
internal import RunState
internal import Synchronization
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// What a run writes in addition to images. It observes each outcome, and is closed once, however the run ends.
protocol RunRecord: OutcomeObserver {
  /// - Returns: false if a file that the user asked for could not be written.
  func close(_ summary: RunSummary, of inputs: any RunInputs) -> Bool
}

/// The life of a run from its first job to its exit status, the same for all commands that work on jobs.
///
/// It passes each outcome to the records, the report and the stop conditions, in this order. It closes the report and the records
/// once, whether the work ends, fails, or exceeds the grace period after a signal.
final class RunDriver: OutcomeObserver {
  private let reporter: RunReporter
  private let inputs: any RunInputs
  private let records: [any RunRecord]
  private let observers: [any OutcomeObserver]
  /// The largest number of worker processes; 0 for none.
  private let processes: Int
  private let end = Mutex<(summary: RunSummary, isRecorded: Bool)?>(nil)

  /// - Parameters:
  ///   - execution: how images are made; nil if none are.
  ///   - stopConditions: may cancel the run.
  init(
    _ reporter: RunReporter, inputs: any RunInputs, execution: ExecutorOptions?, records: [any RunRecord] = [],
    stopConditions: [any OutcomeObserver] = []
  ) {
    self.reporter = reporter
    self.inputs = inputs
    self.records = records
    observers = records + [reporter] + stopConditions
    processes = execution.map { $0.mode == .processes ? $0.workers : 0 } ?? 0
  }

  func observe(_ job: Job, _ outcome: Outcome) {
    for observer in observers { observer.observe(job, outcome) }
  }

  /// - Parameters:
  ///   - abandon: removes what the work in flight has left, if it exceeds the grace period.
  ///   - work: reports outcomes to this driver until it ends or the run is cancelled.
  func run(
    abandon: @escaping @Sendable () -> Void = {}, _ work: () throws(ExecutorError) -> Void
  ) throws(CommandError) -> ExitStatus {
    Signals.onGracePeriodExpired { [self] in
      abandon()
      _ = close()
    }
    do throws(ExecutorError) { try work() } catch {
      _ = close()
      throw CommandError(error)
    }
    let (summary, isRecorded) = close()
    let status = ExitStatus(summary.statistics, interruptedBy: Signals.received)
    return !isRecorded && status == .success ? .outputUnusable : status
  }

  /// Makes the images of `jobs`.
  func makeImages(
    _ jobs: ResumableJobSource, _ execution: ExecutorOptions, _ options: ThumbnailOptions
  ) throws(ExecutorError) {
    let executor = execution.executor { [reporter] in reporter.note($0) }
    reporter.note(try executor.run(jobs, options: options, stop: Signals.cancellation))
    jobs.finish()
  }

  /// Makes images that no later run continues, without journal and lock.
  /// - Parameters:
  ///   - jobs: report their outcomes to this driver.
  ///   - folder: contains the outputs.
  ///   - scratch: a folder to remove if the run exceeds the grace period; nil for none.
  func runUnrecorded(
    _ jobs: any JobSource, in folder: FilePath, _ execution: ExecutorOptions, _ options: ThumbnailOptions,
    scratch: FilePath?
  ) throws(CommandError) -> ExitStatus {
    let source = ResumableJobSource(
      jobs, folder: folder, options: options, selection: .all, history: nil, journal: nil, lock: nil)
    reporter.start(version: Build.version, mode: execution.mode, workers: execution.workers)
    let abandon: @Sendable () -> Void = {
      source.abandonImagesInFlight()
      if let scratch { ScratchFolder.remove(scratch) }
    }
    return try run(abandon: abandon) { () throws(ExecutorError) in try makeImages(source, execution, options) }
  }

  private func close() -> (summary: RunSummary, isRecorded: Bool) {
    end.withLock { end in
      if let end { return end }
      let count = inputs.foundCount
      let summary = reporter.finish(
        inputs: count, usage: .now(workerProcesses: min(processes, count)),
        isInterrupted: Signals.received != nil)
      let results = records.map { $0.close(summary, of: inputs) }
      let result = (summary, results.allSatisfy { $0 })
      end = result
      return result
    }
  }
}
