internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// What earlier runs told of a run's pictures, and what it spares this one.
struct KnownWork: Sendable {
  let names: JournalNames
  let mark: RecipeMark
  private let selection: Selection
  private let history: History?

  /// - Parameter history: nil where all are taken.
  init(folder: FilePath, recipe: Recipe, selection: Selection, history: History?) {
    names = JournalNames(folder: folder)
    mark = RecipeMark(recipe)
    self.selection = selection
    self.history = history
  }

  enum Settlement {
    case ended(Outcome)
    case toDo(Job)
  }

  /// What is known of a job without doing it: how it ended, or what is left of it.
  func settlement(of job: Job, _ source: FileStamp?) -> Settlement {
    guard let history, job.refusal == nil else { return .toDo(job) }
    var outputs = job.outputs
    for place in outputs.indices {
      switch finding(on: outputs[place], at: place, job, source, history) {
      case .fails(let error): return .ended(.failed(error))
      case .needsNothing(let reason): outputs[place].settled = reason
      case .isToBeMade(let reason): outputs[place].redo = reason
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
    /// - Parameter: why once more; nil where nothing is known of it.
    case isToBeMade(RedoReason?)
  }

  private func finding(
    on output: JobOutput, at place: Int, _ job: Job, _ source: FileStamp?, _ history: History
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
    let recipe = mark.fingerprint(ofOutput: place, output.format, record.outcome)
    if record.recipe.algorithms != recipe.algorithms { return .isToBeMade(.otherVersion) }
    if record.recipe.options != recipe.options { return .isToBeMade(.optionsChanged) }
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

  /// Whether a job's outputs are there as this recipe made them, whatever became of its source.
  func isMade(_ job: Job) -> Bool {
    job.outputs.enumerated().allSatisfy { place, output in
      let record = history?.record(outputName: names.output(output.path), sourceName: names.source(job))
      guard let record, case .written(let stamp) = record.outcome,
        record.recipe == mark.fingerprint(ofOutput: place, output.format, record.outcome)
      else { return false }
      return FileStamp(of: output.path, links: .stay) == stamp
    }
  }
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
