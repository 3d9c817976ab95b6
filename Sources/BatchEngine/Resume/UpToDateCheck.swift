internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// Compares a run's images with the records of earlier runs, and decides which of them need no work.
struct UpToDateCheck: Sendable {
  let names: JournalKeys
  let mark: OutputFingerprints
  private let selection: JobSelection
  private let history: History?

  /// - Parameter history: nil to take all jobs.
  init(folder: FilePath, options: ThumbnailOptions, selection: JobSelection, history: History?) {
    names = JournalKeys(folder: folder)
    mark = OutputFingerprints(options)
    self.selection = selection
    self.history = history
  }

  enum UpToDateDecision {
    case ended(Outcome)
    case toDo(Job)
  }

  /// Decides about a job without doing it: its known outcome, or the outputs that remain.
  func settlement(of job: Job, _ source: FileStamp?) -> UpToDateDecision {
    guard let history, job.refusal == nil else { return .toDo(job) }
    var outputs = job.outputs
    for position in outputs.indices {
      switch finding(on: outputs[position], at: position, job, source, history) {
      case .fails(let error): return .ended(.failed(error))
      case .needsNothing(let reason): outputs[position].settled = reason
      case .isToBeMade(let reason): outputs[position].redo = reason
      }
    }
    if let reason = outputs[0].settled, outputs.allSatisfy({ $0.settled != nil }) { return .ended(.skipped(reason)) }
    return .toDo(
      Job(
        index: job.index, source: job.source, relativeStart: job.relativeStart, outputs: outputs,
        sourceByteCount: job.sourceByteCount, address: job.address))
  }

  private enum Finding {
    case fails(JobError)
    case needsNothing(SkipReason)
    /// - Parameter: why it is made again; nil if there is no record.
    case isToBeMade(RedoReason?)
  }

  private func finding(
    on output: JobOutput, at position: Int, _ job: Job, _ source: FileStamp?, _ history: History
  ) -> Finding {
    let record = history.record(outputName: names.output(output.path), sourceName: names.source(job))
    switch selection {
    case .all: return .isToBeMade(nil)
    case .failed:
      if let record, case .failed = record.outcome { return .isToBeMade(.failedBefore) }
      return .needsNothing(.notFailed)
    case .outdated, .unfinished: break
    }
    guard let record else { return .isToBeMade(nil) }
    if record.source != source { return .isToBeMade(.sourceChanged) }
    let fingerprint = mark.fingerprint(ofOutput: position, output.format, record.outcome)
    if record.fingerprint.algorithms != fingerprint.algorithms { return .isToBeMade(.otherVersion) }
    if record.fingerprint.options != fingerprint.options { return .isToBeMade(.optionsChanged) }
    switch (record.outcome, selection) {
    case (.written(let left), _):
      guard let now = FileStamp(of: output.path, links: .stay) else {
        return .isToBeMade(OutputFile.isThere(output.path) ? .outputChanged : .outputMissing)
      }
      return now == left ? .needsNothing(.upToDate) : .isToBeMade(.outputChanged)
    case (.failed(let error), .unfinished) where error.code.isLasting: return .fails(error.known)
    case (.failed, _), (.partial, _): return .isToBeMade(.failedBefore)
    }
  }

  /// Whether a job's outputs exist as these options made them, even if the source has changed.
  func isMade(_ job: Job) -> Bool {
    job.outputs.enumerated().allSatisfy { position, output in
      let record = history?.record(outputName: names.output(output.path), sourceName: names.source(job))
      guard let record, case .written(let stamp) = record.outcome,
        record.fingerprint == mark.fingerprint(ofOutput: position, output.format, record.outcome)
      else { return false }
      return FileStamp(of: output.path, links: .stay) == stamp
    }
  }
}

extension ErrorCode {
  /// Whether the same source fails with the same options every time, so that a retry is useless.
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
  /// The error of a run that did not try again.
  fileprivate var known: JobError {
    JobError(
      stage: stage, code: code,
      message: message + "; known from an earlier run, not tried again (--retry-failed does)")
  }
}
