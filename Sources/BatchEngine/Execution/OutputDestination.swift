internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import WorkerIPC

/// Where a thumbnailer's outputs go.
protocol OutputDestination {
  /// Why an output needs not be made, if so.
  func skipReason(for output: JobOutput) throws(JobError) -> SkipReason?

  /// Takes the whole bytes of an output.
  /// - Parameters:
  ///   - index: of the output among those of the job.
  ///   - permissions: those of the source.
  func write(
    _ bytes: UnsafeRawBufferPointer, of output: JobOutput, at index: Int, permissions: Permissions
  ) throws(JobError)
}

/// Outputs under their names.
struct OutputFiles: OutputDestination {
  let existing: ExistingOutput
  let durability: Durability

  func skipReason(for output: JobOutput) throws(JobError) -> SkipReason? {
    if let reason = output.settled { return reason }
    return try OutputFile.mustBeSkipped(output.file, existing: existing) ? .exists : nil
  }

  func write(
    _ bytes: UnsafeRawBufferPointer, of output: JobOutput, at index: Int, permissions: Permissions
  ) throws(JobError) {
    try unsafe OutputFile.write(
      bytes, to: output.file, existing: existing, durability: durability, permissions: permissions)
  }
}

/// Outputs of a worker process, which go to its parent: it opens no file. The parent has decided what needs not be made.
final class OutputFrames: OutputDestination {
  private let channel: FrameChannel
  /// Frames that go with the next ones, so that a small output and its outcome are one call.
  private var frames: [UInt8] = []

  init(_ channel: FrameChannel) { self.channel = channel }

  func skipReason(for output: JobOutput) throws(JobError) -> SkipReason? { output.settled }

  func write(
    _ bytes: UnsafeRawBufferPointer, of output: JobOutput, at index: Int, permissions: Permissions
  ) throws(JobError) {
    for start in stride(from: 0, to: bytes.count, by: WorkerResponse.maxPieceByteCount) {
      let piece = unsafe [UInt8](bytes[start..<min(start + WorkerResponse.maxPieceByteCount, bytes.count)])
      frames += FrameChannel.frame(WorkerResponse.piece(output: index, bytes: piece).bytes)
      // A parent that is gone ends this process, so that the failure is not looked at.
      if frames.count > WorkerResponse.maxPieceByteCount / 2 { _ = flush() }
    }
  }

  /// Sends the outcome, and what waited for it. False when the parent is gone.
  func end(_ outcome: Outcome) -> Bool {
    frames += FrameChannel.frame(WorkerResponse.outcome(outcome).bytes)
    return flush()
  }

  private func flush() -> Bool {
    defer { frames.removeAll(keepingCapacity: frames.capacity < 1 << 20) }
    return channel.sendFrames(frames)
  }
}
