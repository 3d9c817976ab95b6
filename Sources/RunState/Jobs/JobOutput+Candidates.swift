package import ImageCore
package import ImageErrors
package import SystemPackage
package import SystemSupport

// With `--format auto` an output has two names until its image is made. Whatever protects files must reserve both.

extension JobOutput {
  /// What this output can become: itself, and the same in its other format.
  package var candidates: [JobOutput] {
    guard let alternative else { return [self] }
    var other = JobOutput(
      path: alternative.path, below: base, format: alternative.format, or: Alternative(path: path, format: format),
      skipReason: skipReason)
    other.redo = redo
    return [self, other]
  }

  /// The candidate of this format; nil if there is none.
  package func made(as format: ImageFormat) -> JobOutput? {
    format == self.format ? self : candidates.first { $0.format == format }
  }

  /// The candidate whose file exists; the output itself if none does.
  package var existing: JobOutput {
    guard alternative != nil else { return self }
    return candidates.first { OutputFile.isThere($0.path) } ?? self
  }
}

extension OutputFile {
  /// The same for an output in whatever format it may be made.
  package static func mustBeSkipped(_ output: JobOutput, existing: ExistingOutput) throws(JobError) -> Bool {
    for candidate in output.candidates where try mustBeSkipped(candidate.file, existing: existing) { return true }
    return false
  }
}

extension Job {
  /// The paths of all files that the job may write.
  package var possiblePaths: [FilePath] { outputs.flatMap(\.candidates).map(\.path) }

  /// The job with the outputs that were made or that existed.
  package func settled(by outcome: Outcome) -> Job {
    guard outputs.contains(where: { $0.alternative != nil }) else { return self }
    var job = self
    switch outcome {
    case .written(let image): job.settle(image.outputs)
    case .skipped: for index in outputs.indices { job.outputs[index] = outputs[index].existing }
    case .failed: break
    }
    return job
  }

  /// - Parameter results: one for each output. Those without a format were not made, and those without a skip reason either are
  ///   left as they are: the header did not determine the format.
  package mutating func settle(_ results: [OutputResult]) {
    for (index, result) in results.enumerated() {
      if let format = result.format {
        outputs[index] = outputs[index].made(as: format) ?? outputs[index]
      } else if result.skipped != nil {
        outputs[index] = outputs[index].existing
      }
    }
  }
}
