package import ImageCore
package import ImageErrors

/// An image that was written.
package struct WrittenImage: Hashable, Sendable {
  /// As stored, before orientation.
  package var sourceSize: PixelSize
  package var sourceByteCount: Int
  /// In the order of the job's outputs; one at least was written.
  package var outputs: [OutputResult]
  /// Harmless complaints of the decoder, and the first of them in its words.
  package var warningCount: Int
  package var firstWarning: String
  package var notes: [ConversionNotice] = []
  /// Threads that shared its decoding.
  package var decodingWorkers = 1
  /// By the clock on the wall.
  package var times: StageTimes
  /// Processor time of the thread that made it. That of threads that helped is not in.
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

  /// The first output's.
  package var outputSize: PixelSize { outputs[0].size }
  /// Of all outputs that were written.
  package var outputByteCount: Int { outputs.reduce(0) { $0 + $1.byteCount } }
}

/// How one output of a written image ended.
package struct OutputResult: Hashable, Sendable {
  package var size: PixelSize
  /// 0 where it was skipped.
  package var byteCount: Int
  /// Why it was not made; nil where it was.
  package var skipped: SkipReason?

  package init(size: PixelSize, byteCount: Int, skipped: SkipReason? = nil) {
    self.size = size
    self.byteCount = byteCount
    self.skipped = skipped
  }
}

/// How one image ended. A bad image is an outcome, never a throw.
package enum Outcome: Hashable, Sendable {
  case written(WrittenImage)
  case skipped(SkipReason)
  case failed(JobError)
}

package enum SkipReason: String, Sendable {
  /// The output is there and `--existing skip` keeps it.
  case exists
  /// The journal tells that the output was made of this source with these options, and it is as it was left.
  case upToDate = "up-to-date"
  /// `--retry-failed` takes only what failed, and this did not.
  case notFailed = "not-failed"
}
