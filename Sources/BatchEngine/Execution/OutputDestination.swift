internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import WorkerIPC

/// The destination of a job's outputs.
protocol OutputDestination {
  /// Takes the complete bytes of an output.
  /// - Parameters:
  ///   - index: index of the output in the job.
  ///   - permissions: permissions of the source.
  func write(
    _ bytes: RawSpan, of output: JobOutput, at index: Int, permissions: Permissions
  ) throws(JobError)
}

/// Output files.
struct OutputFiles: OutputDestination {
  let existing: ExistingOutput
  let durability: Durability

  func write(
    _ bytes: RawSpan, of output: JobOutput, at index: Int, permissions: Permissions
  ) throws(JobError) {
    try OutputFile.write(
      bytes, to: output.file, existing: existing, durability: durability, permissions: permissions)
  }
}

/// Outputs of a worker process. They are sent to the parent, which writes the files and has decided which outputs to make.
final class OutputFrames: OutputDestination {
  private let channel: FrameChannel
  /// Frames to send with the next ones, so that a small output and its outcome take one system call.
  private var frames: [UInt8] = []

  init(_ channel: FrameChannel) { self.channel = channel }

  func write(
    _ bytes: RawSpan, of output: JobOutput, at index: Int, permissions: Permissions
  ) throws(JobError) {
    for start in stride(from: 0, to: bytes.byteCount, by: WorkerResponse.maxPieceByteCount) {
      let piece = bytes.array(start..<min(start + WorkerResponse.maxPieceByteCount, bytes.byteCount))
      frames += FrameChannel.frame(WorkerResponse.piece(output: index, output.format, bytes: piece).bytes)
      // The result is ignored: if the parent has ended, this process ends, too.
      if frames.count > WorkerResponse.maxPieceByteCount / 2 { _ = flush() }
    }
  }

  /// Sends the pending frames and the outcome. Returns false if the parent has ended.
  func end(_ outcome: Outcome) -> Bool {
    frames += FrameChannel.frame(WorkerResponse.outcome(outcome).bytes)
    return flush()
  }

  private func flush() -> Bool {
    defer { frames.removeAll(keepingCapacity: frames.capacity < 1 << 20) }
    return channel.sendFrames(frames)
  }
}
