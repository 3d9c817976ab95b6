internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// Compares a run's images with the records of earlier runs, and decides which of them need no work.
struct UpToDateCheck: Sendable {
  let keys: JournalKeys
  let fingerprints: OutputFingerprints
  private let selection: JobSelection
  private let history: History?

  /// - Parameter history: nil to take all jobs.
  init(folder: FilePath, options: ThumbnailOptions, selection: JobSelection, history: History?) {
    keys = JournalKeys(folder: folder)
    fingerprints = OutputFingerprints(options)
    self.selection = selection
    self.history = history
  }

  /// Whether no job is compared with anything.
  var takesAll: Bool { history == nil }

  enum Decision {
    /// - Parameter job: with its outputs as they exist.
    case end(Job, Outcome)
    case make(Job)
  }

  /// Decides about a job without doing it: its known outcome, or the outputs that remain.
  func decision(on job: Job, _ source: FileStamp?) -> Decision {
    guard let history, job.refusal == nil else { return .make(job) }
    var rest = job
    for index in job.outputs.indices {
      rest.outputs[index] = recorded(job.outputs[index], of: job)
      switch finding(on: rest.outputs[index], at: index, job, source, history) {
      case .fail(let error): return .end(job, .failed(error))
      case .skip(let reason): rest.outputs[index].skipReason = reason
      case .make(let reason): rest.outputs[index].redo = reason
      }
    }
    if let reason = rest.outputs[0].skipReason, rest.outputs.allSatisfy({ $0.skipReason != nil }) {
      return .end(rest, .skipped(reason))
    }
    return .make(rest)
  }

  /// An output in the format in which it was last recorded.
  private func recorded(_ output: JobOutput, of job: Job) -> JobOutput {
    guard output.alternative != nil else { return output }
    let source = keys.source(job)
    let numbers = output.candidates.map {
      history?.number(outputName: keys.output($0.path), sourceName: source) ?? 0
    }
    return output.candidates[numbers[1] > numbers[0] ? 1 : 0]
  }

  private enum Finding {
    case fail(JobError)
    case skip(SkipReason)
    /// - Parameter: why it is made again; nil if there is no record.
    case make(RedoReason?)
  }

  private func finding(
    on output: JobOutput, at index: Int, _ job: Job, _ source: FileStamp?, _ history: History
  ) -> Finding {
    let record = history.record(outputName: keys.output(output.path), sourceName: keys.source(job))
    switch selection {
    case .all: return .make(nil)
    case .failed:
      if let record, case .failed = record.outcome { return .make(.failedBefore) }
      return .skip(.notFailed)
    case .outdated, .unfinished: break
    }
    guard let record else { return .make(nil) }
    if record.source != source { return .make(.sourceChanged) }
    let fingerprint = fingerprints.fingerprint(ofOutput: index, output.format, record.outcome)
    if record.fingerprint.algorithms != fingerprint.algorithms { return .make(.otherVersion) }
    if record.fingerprint.options != fingerprint.options { return .make(.optionsChanged) }
    switch (record.outcome, selection) {
    case (.written(let left), _):
      guard let now = FileStamp(of: output.path, links: .stay) else {
        return .make(OutputFile.isThere(output.path) ? .outputChanged : .outputMissing)
      }
      return now == left ? .skip(.upToDate) : .make(.outputChanged)
    case (.failed(var error), .unfinished) where error.isLasting:
      error.isKnown = true
      return .fail(error)
    case (.failed, _), (.partial, _): return .make(.failedBefore)
    }
  }

  /// Whether a job's outputs exist as these options made them, even if the source has changed.
  func hasOutputs(of job: Job) -> Bool {
    job.outputs.enumerated().allSatisfy { index, output in
      let output = recorded(output, of: job)
      let record = history?.record(outputName: keys.output(output.path), sourceName: keys.source(job))
      guard let record, case .written(let stamp) = record.outcome,
        record.fingerprint == fingerprints.fingerprint(ofOutput: index, output.format, record.outcome)
      else { return false }
      return FileStamp(of: output.path, links: .stay) == stamp
    }
  }
}

extension JobError {
  /// Whether the same source fails with the same options every time, so that a retry is useless.
  fileprivate var isLasting: Bool {
    switch code {
    case .tooLarge: stage == .encode
    case .notAnImage, .unsupported, .truncated, .corrupt, .limitPixels, .limitBytes, .limitScans: true
    case .missingLibrary, .needsIsolation, .limitMemory, .timeout, .changedWhileReading, .notARegularFile, .read,
      .write, .exists, .workerCrashed,
      .internal, .httpStatus, .network, .refusedAddress, .redirects:
      false
    }
  }
}
