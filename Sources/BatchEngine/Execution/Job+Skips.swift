internal import ImageErrors
internal import RunState
internal import SystemSupport

extension Job {
  /// Decides which outputs to skip, by what exists.
  /// - Returns: the outcome if all are skipped or the job has failed already.
  mutating func decideSkips(_ existing: ExistingOutput) -> Outcome? {
    if let refusal { return .failed(refusal) }
    do throws(JobError) {
      for index in outputs.indices where outputs[index].skipReason == nil {
        if try OutputFile.mustBeSkipped(outputs[index], existing: existing) { outputs[index].skipReason = .exists }
      }
    } catch {
      return .failed(error)
    }
    guard let reason = outputs[0].skipReason, outputs.allSatisfy({ $0.skipReason != nil }) else { return nil }
    return .skipped(reason)
  }
}
