package import Codecs
package import Imaging

/// A step of one picture's way, in order. Errors carry it, and each is timed by itself.
package enum Stage: String, CaseIterable, Sendable {
  /// Only where the source is downloaded first.
  case fetch
  case read, decode, resize, encode, write
}

/// What can go wrong with one picture, as the `code` of an event says it. Cases are added, never renamed.
package enum ErrorCode: String, CaseIterable, Sendable {
  case notAnImage = "not-an-image"
  case unsupported
  case truncated
  case corrupt
  case limitPixels = "limit-pixels"
  case limitBytes = "limit-bytes"
  case limitScans = "limit-scans"
  case limitMemory = "limit-memory"
  case timeout
  case changedWhileReading = "changed-while-reading"
  case notARegularFile = "not-a-regular-file"
  case read
  case write
  case exists
  case workerCrashed = "worker-crashed"
  case `internal`
  // Of downloads:
  case httpStatus = "http-status"
  case network
  case refusedAddress = "refused-address"
  case tooLarge = "too-large"
  case redirects
}

/// Why one picture was not written: the stage it happened at, the code for scripts, the sentence for people.
package struct JobError: Error, Hashable, Sendable {
  package let stage: Stage
  package let code: ErrorCode
  /// What failed and what to do, without the file's name: whoever prints it adds that.
  package let message: String

  package init(stage: Stage, code: ErrorCode, message: String) {
    self.stage = stage
    self.code = code
    self.message = message
  }
}

/// Time spent in each stage.
package struct StageTimes: Hashable, Sendable {
  private var durations: [Duration] = Array(repeating: .zero, count: Stage.allCases.count)

  package init() {}

  /// The stages to tell of: all, but `fetch` only where something was downloaded.
  package var told: [Stage] { Stage.allCases.filter { $0 != .fetch || self[$0] > .zero } }

  package subscript(stage: Stage) -> Duration {
    get { durations[stage.position] }
    set { durations[stage.position] = newValue }
  }
}

extension Stage {
  fileprivate var position: Int {
    switch self {
    case .fetch: 0
    case .read: 1
    case .decode: 2
    case .resize: 3
    case .encode: 4
    case .write: 5
    }
  }
}

/// A picture that was written.
package struct WrittenPicture: Hashable, Sendable {
  /// As stored, before orientation.
  package var sourceSize: PixelSize
  package var sourceByteCount: Int
  /// In the order of the job's outputs; one at least was written.
  package var outputs: [OutputResult]
  /// Harmless complaints of the decoder, and the first of them in its words.
  package var warningCount: Int
  package var firstWarning: String
  package var notes: [PictureNote] = []
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

/// How one output of a written picture ended.
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

/// How one picture ended. A bad picture is an outcome, never a throw.
package enum Outcome: Hashable, Sendable {
  case written(WrittenPicture)
  case skipped(SkipReason)
  case failed(JobError)
}

package enum SkipReason: String, Sendable {
  /// The output is there and `--existing skip` keeps it.
  case exists
  /// The journal tells that the output was made of this source by this recipe, and it is as it was left.
  case upToDate = "up-to-date"
  /// `--retry-failed` takes only what failed, and this did not.
  case notFailed = "not-failed"
}
