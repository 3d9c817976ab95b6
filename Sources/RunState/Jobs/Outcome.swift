package import ImageCore
package import ImageErrors

package struct WrittenImage: Hashable, Sendable {
  /// Stored size, before the orientation is applied.
  package var sourceSize: PixelSize
  package var sourceByteCount: Int
  /// In the order of the job's outputs. At least one was written.
  package var outputs: [OutputResult]
  /// Number of harmless decoder warnings, and the decoder's message for the first.
  package var warningCount: Int
  package var firstWarning: String
  package var notes: [ConversionNotice] = []
  /// Number of threads that decoded it.
  package var decodingWorkers = 1
  /// Wall-clock time.
  package var times: StageTimes
  /// CPU time of the thread that made the image, without the threads that helped.
  package var cpuTimes: StageTimes

  package init(
    sourceSize: PixelSize, outputSize: PixelSize, sourceByteCount: Int, outputByteCount: Int, warningCount: Int,
    firstWarning: String, times: StageTimes, cpuTimes: StageTimes = StageTimes()
  ) {
    self.init(
      sourceSize: sourceSize, sourceByteCount: sourceByteCount,
      outputs: [OutputResult(size: outputSize, byteCount: outputByteCount)], warningCount: warningCount,
      firstWarning: firstWarning, times: times, cpuTimes: cpuTimes)
  }

  package init(
    sourceSize: PixelSize, sourceByteCount: Int, outputs: [OutputResult], warningCount: Int, firstWarning: String,
    times: StageTimes, cpuTimes: StageTimes
  ) {
    self.sourceSize = sourceSize
    self.sourceByteCount = sourceByteCount
    self.outputs = outputs
    self.warningCount = warningCount
    self.firstWarning = firstWarning
    self.times = times
    self.cpuTimes = cpuTimes
  }

  /// Size of the first output.
  package var outputSize: PixelSize { outputs[0].size }
  /// Total of the written outputs.
  package var outputByteCount: Int { outputs.reduce(0) { $0 + $1.byteCount } }
}

/// The result of one output of a written image.
package struct OutputResult: Hashable, Sendable {
  package var size: PixelSize
  /// 0 if the output was skipped.
  package var byteCount: Int
  /// Why the output was skipped; nil if it was written.
  package var skipped: SkipReason?
  /// The format in which it was made; nil if it was skipped, or if a dry run cannot determine it.
  package var format: ImageFormat?
  /// Whether every pixel is known to be opaque.
  package var isOpaque = false
  /// The chosen quality of a lossy file, if the options limit the bytes of outputs.
  package var quality: Int?
  /// Those that the options request; none if the output was skipped.
  package var fingerprints = ImageFingerprints()

  package init(size: PixelSize, byteCount: Int, skipped: SkipReason? = nil, format: ImageFormat? = nil) {
    self.size = size
    self.byteCount = byteCount
    self.skipped = skipped
    self.format = format
  }
}

/// The outcome of one image. A broken image is an outcome, not a thrown error.
package enum Outcome: Hashable, Sendable {
  case written(WrittenImage)
  case skipped(SkipReason)
  case failed(JobError)
}

package enum SkipReason: String, Sendable {
  /// The output exists and `--existing skip` keeps it.
  case exists
  /// According to the journal the output was made from this source with these options, and it is unchanged.
  case upToDate = "up-to-date"
  /// `--retry-failed` selects only failed images, and this one did not fail.
  case notFailed = "not-failed"
}
