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
  private var files: [TemporaryFile?]
  private var checks: [ImageStructureCheck]
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
    files = job.outputs.map { _ in nil }
    checks = job.outputs.map { ImageStructureCheck($0.format) }
  }

  /// Adds a piece of an output. Throws if only a broken worker could have sent it.
  /// - Parameter memory: the memory that the worker may use for the image, in bytes. It contained each output, before or after
  ///   compression.
  func add(_ bytes: [UInt8], to index: Int, memory: Int) throws(WorkerFailure) {
    let (product, overflow) = memory.multipliedReportingOverflow(by: 2 * job.outputs.count)
    let maxByteCount = overflow ? Int.max : max(ReceivedOutputs.minByteLimit, product)
    guard job.outputs.indices.contains(index), job.outputs[index].skipReason == nil, !bytes.isEmpty,
      bytes.count <= maxByteCount - byteCount
    else { throw .garbage }
    byteCount += bytes.count
    if failure != nil { return }
    do throws(Errno) {
      let file: TemporaryFile
      if let begun = files[index] {
        file = begun
      } else {
        file = try TemporaryFile(
          in: job.outputs[index].file.folder, durability: durability, permissions: permissions, for: .image)
        files[index] = file
      }
      try file.write(bytes)
    } catch {
      failure = .write(error)
      files = job.outputs.map { _ in nil }
      return
    }
    checks[index].add(bytes[...])
  }

  /// Renames the outputs to their final names. Throws if the outcome does not match the bytes.
  func finish(_ image: WrittenImage) throws(WorkerFailure) -> Outcome {
    if let failure { return .failed(failure) }
    for (index, output) in job.outputs.enumerated() where output.skipReason == nil {
      let claimed = image.outputs[index]
      guard claimed.byteCount == checks[index].byteCount, checks[index].isWhole(claimed.size) else { throw .garbage }
    }
    do throws(Errno) {
      for file in files { try file?.close() }
      for (file, output) in zip(files, job.outputs) { try file?.commit(as: output.file.name, existing: existing) }
    } catch {
      return .failed(.write(error, existing))
    }
    return .written(image)
  }
}
