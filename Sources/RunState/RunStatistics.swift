package import ImageCore
package import ImageErrors

/// Totals over the images of a run, updated as each ends.
///
/// `written + skipped + failed == finished <= inputs`. These three plus `notStarted(of:)` add up to the number of inputs.
package struct RunStatistics: Hashable, Sendable {
  package private(set) var written = 0
  package private(set) var skipped = 0
  package private(set) var failed = 0
  /// Skipped images that `--retry-failed` does not concern.
  package private(set) var notFailed = 0
  /// Images that a dry run would write. They count as not started.
  package private(set) var planned = 0
  /// Written images with decoder warnings.
  package private(set) var warned = 0
  /// Number of written images per kind of loss.
  package private(set) var notes: [ConversionNotice: Int] = [:]
  /// Bytes read and bytes written, for the written images.
  package private(set) var sourceByteCount = 0
  package private(set) var outputByteCount = 0
  /// Number of files written. Equals `written` if each image has one size.
  package private(set) var outputs = 0
  /// The written PNGs without transparency, which could be JPEGs.
  package private(set) var opaquePNGs = FileTotals()
  /// Stage times of the written images, summed over all workers. With several workers the sum exceeds the wall-clock time of the
  /// run.
  package private(set) var times = StageTimes()
  /// The same in CPU time.
  package private(set) var cpuTimes = StageTimes()

  package init() {}

  /// Images that were started and have ended, with any outcome.
  package var finished: Int { written + skipped + failed }

  package mutating func add(_ outcome: Outcome) {
    switch outcome {
    case .written(let image):
      written += 1
      warned += image.warningCount > 0 ? 1 : 0
      for note in image.notes { notes[note, default: 0] += 1 }
      sourceByteCount += image.sourceByteCount
      outputByteCount += image.outputByteCount
      for output in image.outputs where output.skipped == nil { add(output) }
      for stage in Stage.allCases { times[stage] += image.times[stage] }
      for stage in Stage.allCases { cpuTimes[stage] += image.cpuTimes[stage] }
    case .skipped(let reason):
      skipped += 1
      notFailed += reason == .notFailed ? 1 : 0
    case .failed: failed += 1
    }
  }

  private mutating func add(_ output: OutputResult) {
    outputs += 1
    guard output.format == .png, output.isOpaque else { return }
    opaquePNGs.count += 1
    opaquePNGs.byteCount += output.byteCount
    opaquePNGs.pixelCount += output.size.pixelCount
  }

  /// Counts an image that a dry run would write.
  package mutating func addPlanned() { planned += 1 }

  /// - Parameter inputs: number of images found, at least `finished`.
  package func notStarted(of inputs: Int) -> Int {
    precondition(inputs >= finished, "an image ended that was never an input")
    return inputs - finished
  }
}

/// Totals over some of the files written.
package struct FileTotals: Hashable, Sendable {
  package fileprivate(set) var count = 0
  package fileprivate(set) var byteCount = 0
  package fileprivate(set) var pixelCount = 0
}
