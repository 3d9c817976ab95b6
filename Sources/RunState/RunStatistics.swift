package import ImageCore
package import ImageErrors

/// What became of the images of a run, added up as they end.
///
/// `written + skipped + failed == ended <= inputs`; with `notStarted(of:)` the four sum up to the inputs.
package struct RunStatistics: Hashable, Sendable {
  package private(set) var written = 0
  package private(set) var skipped = 0
  package private(set) var failed = 0
  /// Images that a dry run would write: they count as not started.
  package private(set) var planned = 0
  /// Images written although their decoder complained.
  package private(set) var warned = 0
  /// How many of the written images lack what.
  package private(set) var notes: [ConversionNotice: Int] = [:]
  /// Of the written images: bytes read and bytes written.
  package private(set) var sourceByteCount = 0
  package private(set) var outputByteCount = 0
  /// Files written: as many as images, where each has one size.
  package private(set) var outputs = 0
  /// Of the written images, over all workers: more than the run's wall time where there are several.
  package private(set) var times = StageTimes()
  /// The same in processor time.
  package private(set) var cpuTimes = StageTimes()

  package init() {}

  /// Images that were begun and have ended, one way or another.
  package var ended: Int { written + skipped + failed }

  package mutating func add(_ outcome: Outcome) {
    switch outcome {
    case .written(let image):
      written += 1
      warned += image.warningCount > 0 ? 1 : 0
      for note in image.notes { notes[note, default: 0] += 1 }
      sourceByteCount += image.sourceByteCount
      outputByteCount += image.outputByteCount
      outputs += image.outputs.count { $0.skipped == nil }
      for stage in Stage.allCases { times[stage] += image.times[stage] }
      for stage in Stage.allCases { cpuTimes[stage] += image.cpuTimes[stage] }
    case .skipped: skipped += 1
    case .failed: failed += 1
    }
  }

  /// Counts an image that a dry run would write.
  package mutating func addPlanned() { planned += 1 }

  /// - Parameter inputs: images found, at least `ended`.
  package func notStarted(of inputs: Int) -> Int {
    precondition(inputs >= ended, "a picture ended that was never an input")
    return inputs - ended
  }
}
