internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemSupport

/// The outputs of one worker: it writes them itself, or leaves them to writers.
final class WorkerOutputs: OutputDestination {
  private let writers: WriteBehind
  /// Files of the current job for a writer.
  private var files: [MadeFile] = []

  init(_ writers: WriteBehind) { self.writers = writers }

  func write(
    _ bytes: RawSpan, of output: JobOutput, at index: Int, permissions: Permissions
  ) throws(JobError) {
    if writers.reserve(bytes.byteCount) {
      files.append(
        MadeFile(bytes: bytes.array(0..<bytes.byteCount), output: output, index: index, permissions: permissions))
    } else {
      try writeFiles()
      try writers.destination.write(bytes, of: output, at: index, permissions: permissions)
    }
  }

  /// The current job has ended for this worker.
  func end(_ job: Job, _ outcome: Outcome?) {
    if files.isEmpty { return writers.ended(job, outcome) }
    writers.append(MadeJob(job: job, outcome: outcome, files: files))
    files = []
  }

  private func writeFiles() throws(JobError) {
    while !files.isEmpty {
      let file = files.removeFirst()
      defer { writers.release(file.bytes.count) }
      try file.write(to: writers.destination)
    }
  }
}
