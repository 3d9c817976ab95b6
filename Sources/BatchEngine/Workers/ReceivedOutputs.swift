internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import WorkerIPC

/// The outputs of a job that a worker process sends. They are written to temporary files as they arrive, and renamed when the
/// worker's outcome matches the bytes. A job that fails leaves no files.
final class ReceivedOutputs {
  private let job: Job
  private let existing: ExistingOutput
  private let durability: Durability
  private let permissions: Permissions
  /// One for each output whose first piece has arrived.
  private var received: [Received?]
  private var byteCount = 0
  /// Minimum of the size limit for the outputs of a job, in bytes, because memory estimates are not exact.
  private static let minByteLimit = 64 << 20
  /// Why an output could not be written. Later pieces are discarded.
  private var failure: JobError?

  /// - Parameter permissions: permissions of the source.
  init(of job: Job, existing: ExistingOutput, durability: Durability, permissions: Permissions) {
    self.job = job
    self.permissions = permissions
    self.existing = existing
    self.durability = durability
    received = job.outputs.map { _ in nil }
  }

  /// The bytes of an output.
  private struct Received {
    /// In the format that the worker chose.
    let output: JobOutput
    let file: TemporaryFile
    var check: ImageStructureCheck
  }

  /// Adds a piece of an output. Throws if only a broken worker could have sent it, as with a format that was not planned, or with
  /// two formats.
  /// - Parameter memory: the memory that the worker may use for the image, in bytes. It contained each output, before or after
  ///   compression.
  func add(_ bytes: [UInt8], to index: Int, _ format: ImageFormat, memory: Int) throws(WorkerFailure) {
    let (product, overflow) = memory.multipliedReportingOverflow(by: 2 * job.outputs.count)
    let maxByteCount = overflow ? Int.max : max(ReceivedOutputs.minByteLimit, product)
    guard job.outputs.indices.contains(index), job.outputs[index].skipReason == nil, !bytes.isEmpty,
      let output = job.outputs[index].made(as: format), received[index].map({ $0.output.format == format }) ?? true,
      bytes.count <= maxByteCount - byteCount
    else { throw .garbage }
    byteCount += bytes.count
    if failure != nil { return }
    do throws(Errno) {
      if received[index] == nil {
        let file = try TemporaryFile(
          in: output.file.folder, durability: durability, permissions: permissions, for: .image)
        received[index] = Received(output: output, file: file, check: ImageStructureCheck(format))
      }
      try received[index]?.file.write(bytes)
    } catch {
      failure = .write(error)
      received = job.outputs.map { _ in nil }
      return
    }
    received[index]?.check.add(bytes[...])
  }

  /// Renames the outputs to their final names. Throws if the outcome does not match the bytes.
  func finish(_ image: WrittenImage) throws(WorkerFailure) -> Outcome {
    if let failure { return .failed(failure) }
    for (index, output) in job.outputs.enumerated() where output.skipReason == nil {
      let claimed = image.outputs[index]
      guard let part = received[index], claimed.format == part.output.format,
        claimed.byteCount == part.check.byteCount, part.check.isWhole(claimed.size)
      else { throw .garbage }
    }
    do throws(Errno) {
      for part in received.compactMap({ $0 }) { try part.file.close() }
      for part in received.compactMap({ $0 }) { try part.file.commit(as: part.output.file.name, existing: existing) }
    } catch {
      return .failed(.write(error, existing))
    }
    return .written(image)
  }
}
