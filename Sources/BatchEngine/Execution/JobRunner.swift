package import ColorManagement
internal import ImageCore
internal import ImageErrors
package import RunState
internal import SystemSupport
package import Thumbnailing

/// Runs one job after another, from source file to output files. Every mode calls this and nothing else.
///
/// One serves one worker.
package final class JobRunner {
  private let thumbnailer: Thumbnailer
  private let clocks: StageClocks
  private let existing: ExistingOutput
  private let timeout: Duration?
  private let readTimeout: Duration?
  private let destination: any OutputDestination
  /// For formats that are decoded in worker processes only; nil in a worker process.
  private let isolated: WorkerSlot?

  /// - Parameters:
  ///   - threadsPerImage: threads that decode and resample one image; 1 where there are images enough for all cores.
  ///   - memory: asked before an image's pixels are allocated.
  ///   - timeout: for one image, without reading its source; nil for no limit.
  ///   - readTimeout: for reading its source; nil for no limit.
  ///   - transforms: may be shared by all workers; nil for those of this one.
  package convenience init(
    options: ThumbnailOptions, threadsPerImage: Int = 1, memory: any MemoryReserving = UnlimitedMemory(),
    timeout: Duration? = nil, readTimeout: Duration? = nil, transforms: ColorTransforms? = nil
  ) {
    self.init(
      options: options, threadsPerImage: threadsPerImage, memory: memory, timeout: timeout, readTimeout: readTimeout,
      transforms: transforms,
      destination: OutputFiles(existing: options.existing, durability: options.durability))
  }

  /// The same with outputs that go to `destination`.
  init(
    options: ThumbnailOptions, threadsPerImage: Int, memory: any MemoryReserving, timeout: Duration?,
    readTimeout: Duration? = nil, transforms: ColorTransforms? = nil, destination: any OutputDestination,
    isolated: WorkerSlot? = nil
  ) {
    thumbnailer = Thumbnailer(
      options: options, threadsPerImage: threadsPerImage, memory: memory, transforms: transforms)
    clocks = options.clocks
    existing = options.existing
    self.timeout = timeout
    self.readTimeout = readTimeout
    self.destination = destination
    self.isolated = isolated
  }

  /// Makes the outputs of a job, or says why not. No file is left under an output's name unless it is whole.
  /// - Returns: nil where the run ended before the image was begun.
  package func outcome(of job: Job) -> Outcome? { outcome(of: PreparedJob(job)) }

  /// The same for a job that a reader may have prepared.
  func outcome(of prepared: consuming PreparedJob) -> Outcome? {
    var job = prepared.job
    do throws(JobError) {
      switch prepared.takeSource() {
      case .ended(let outcome): return outcome
      case .open(var source, let readTime):
        return try run(job, &source, ImageTask(clocks: clocks, timeout: timeout, readTime: readTime))
      case .unopened:
        let task = ImageTask(clocks: clocks, timeout: timeout, readTimeout: readTimeout)
        if let outcome = job.decideSkips(existing) { return outcome }
        var source = OpenSource(try SourceFile.open(job.source))
        return try run(job, &source, task)
      }
    } catch {
      return .failed(error)
    }
  }

  /// - Parameter job: its outputs to skip are known; at least one must be made.
  private func run(_ job: Job, _ source: inout OpenSource, _ task: ImageTask) throws(JobError) -> Outcome? {
    let skipped = job.outputs.map(\.skipReason)
    let pending = skipped.indices.filter { skipped[$0] == nil }
    do throws(Thumbnailer.Failure) {
      let made = try thumbnailer.make(&source, as: job.outputs.map(\.format), pending: pending, task) {
        (index, format, bytes, status) throws(JobError) in
        guard let output = job.outputs[index].made(as: format) else { preconditionFailure("a format has a name") }
        guard let status else { preconditionFailure("a job has a file") }
        try destination.write(bytes, of: output, at: index, permissions: status.permissions)
      }
      return .written(WrittenImage(made, skipped))
    } catch {
      switch error {
      case .failed(let error):
        guard error.code == .needsIsolation, let isolated else { throw error }
        return try isolated.outcome(ofIsolated: job)
      case .cancelled: return nil
      }
    }
  }
}

extension WrittenImage {
  fileprivate init(_ made: MadeThumbnails, _ skipped: [SkipReason?]) {
    self.init(
      sourceSize: made.sourceSize, sourceByteCount: made.sourceByteCount,
      outputs: skipped.indices.map { index in
        let file = made.files[index]
        var result = OutputResult(
          size: made.sizes[index], byteCount: file?.byteCount ?? 0, skipped: skipped[index], format: file?.format)
        result.isOpaque = file?.isOpaque ?? false
        result.quality = file?.quality
        result.fingerprints = file?.fingerprints ?? ImageFingerprints()
        return result
      },
      warningCount: made.warningCount, firstWarning: made.firstWarning, times: made.times, cpuTimes: made.cpuTimes)
    notes = made.notes
    decodingWorkers = made.decodingThreads
  }
}
