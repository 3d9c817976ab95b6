internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import RunState
internal import Thumbnailing

extension Outcome {
  /// Whether a worker process can have produced this outcome: all counts, sizes and texts are within what the job, the options
  /// and the time allow. A worker that is compromised by an image can send anything.
  /// - Parameters:
  ///   - threadsPerImage: number of cores that may decode one image.
  ///   - elapsed: time since the job was sent.
  func isPlausible(for job: Job, _ options: ThumbnailOptions, threadsPerImage: Int, elapsed: Duration) -> Bool {
    switch self {
    case .written(let image): image.isPlausible(for: job, options, threadsPerImage: threadsPerImage, elapsed: elapsed)
    // Jobs without work are not sent.
    case .skipped: false
    case .failed(let error): error.isOfWorker(options) && error.message.utf8.count <= WrittenImage.maxTextByteCount
    }
  }
}

extension WrittenImage {
  /// In UTF-8. A worker's longest message has a few hundred bytes.
  fileprivate static let maxTextByteCount = 4096
  /// Number of warnings of one image's decoder. The first is kept, the others are counted.
  private static let maxWarningCount = 1 << 40

  fileprivate func isPlausible(for job: Job, _ options: ThumbnailOptions, threadsPerImage: Int, elapsed: Duration)
    -> Bool
  {
    guard outputs.count == job.outputs.count,
      zip(outputs, job.outputs).allSatisfy({ $0.isPlausible(for: $1, options) }),
      sourceSize.pixelCount <= options.limits.pixelCount,
      (0...options.limits.fileByteCount).contains(sourceByteCount)
    else { return false }
    guard (0...WrittenImage.maxWarningCount).contains(warningCount),
      firstWarning.utf8.count <= WrittenImage.maxTextByteCount,
      Set(notes).count == notes.count, (1...threadsPerImage).contains(decodingWorkers)
    else { return false }
    return times.isWithin(elapsed) && cpuTimes.isWithin(elapsed)
  }
}

extension OutputResult {
  /// Whether it was skipped or made as the parent requested. `ReceivedOutputs` compares size and format with the bytes.
  fileprivate func isPlausible(for output: JobOutput, _ options: ThumbnailOptions) -> Bool {
    guard skipped == output.skipReason, byteCount >= 0 else { return false }
    guard let format else { return skipped != nil && !isOpaque && quality == nil }
    return skipped == nil && output.made(as: format) != nil && isWithinLimit(format, options)
  }

  private func isWithinLimit(_ format: ImageFormat, _ options: ThumbnailOptions) -> Bool {
    let limit = options.outputLimit
    guard limit.isSet else { return quality == nil }
    guard byteCount <= limit.byteCount else { return false }
    guard format.isLossy else { return quality == nil }
    return quality.map { (limit.minQuality...options.jpeg.quality).contains($0) } ?? false
  }
}

extension StageTimes {
  fileprivate func isWithin(_ elapsed: Duration) -> Bool {
    self[.fetch] == .zero && Stage.allCases.allSatisfy { self[$0] >= .zero && self[$0] <= elapsed }
  }
}

extension JobError {
  /// Whether a worker process can have this error: it writes no files and downloads nothing.
  fileprivate func isOfWorker(_ options: ThumbnailOptions) -> Bool {
    if stage == .fetch || stage == .write { return false }
    switch code {
    case .notAnImage, .unsupported, .missingLibrary, .needsIsolation, .truncated, .corrupt, .limitPixels, .limitBytes,
      .limitScans, .limitMemory,
      .timeout,
      .changedWhileReading, .notARegularFile, .read, .internal:
      return true
    case .tooLarge: return options.outputLimit.isSet && stage == .encode
    case .write, .exists, .workerCrashed, .httpStatus, .network, .refusedAddress, .redirects: return false
    }
  }
}
