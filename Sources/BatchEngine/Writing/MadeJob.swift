internal import ImageErrors
internal import RunState
internal import SystemSupport
internal import Thumbnailing

/// A job on its way to a writer: its files, which have no names yet, and how it ends once they have.
struct MadeJob: Sendable {
  let job: Job
  let outcome: Outcome?
  let files: [MadeFile]

  var byteCount: Int { files.reduce(0) { $0 + $1.bytes.count } }

  /// Writes the files, in the order in which they were made. After an error, the rest is not written.
  /// - Returns: the outcome of the job. The time is added to that of the worker.
  func write(to destination: any OutputDestination, _ clocks: StageClocks) -> Outcome? {
    var clock = StageClock(clocks)
    clock.enter(.write)
    do throws(JobError) {
      for file in files { try file.write(to: destination) }
    } catch {
      return .failed(error)
    }
    clock.finish()
    return outcome?.adding(writing: clock)
  }
}

/// The complete bytes of an output.
struct MadeFile: Sendable {
  let bytes: [UInt8]
  let output: JobOutput
  /// In the job.
  let index: Int
  /// Of the source.
  let permissions: Permissions

  func write(to destination: any OutputDestination) throws(JobError) {
    try unsafe destination.write(bytes.span.bytes, of: output, at: index, permissions: permissions)
  }
}

extension Outcome {
  /// Adds time that another thread spent on writing the outputs.
  func adding(writing clock: StageClock) -> Outcome {
    guard case .written(var image) = self else { return self }
    image.times[.write] += clock.times[.write]
    image.cpuTimes[.write] += clock.cpuTimes[.write]
    return .written(image)
  }
}
