package import ImageCore
package import ImageErrors

/// What became of the pictures of a run, added up as they end.
///
/// `written + skipped + failed == ended <= inputs`; with `notStarted(of:)` the four sum up to the inputs.
package struct Tally: Hashable, Sendable {
  package private(set) var written = 0
  package private(set) var skipped = 0
  package private(set) var failed = 0
  /// Pictures that a dry run would write: they count as not started.
  package private(set) var planned = 0
  /// Pictures written although their decoder complained.
  package private(set) var warned = 0
  /// How many of the written pictures lack what.
  package private(set) var notes: [PictureNote: Int] = [:]
  /// Of the written pictures: bytes read and bytes written.
  package private(set) var sourceByteCount = 0
  package private(set) var outputByteCount = 0
  /// Files written: as many as pictures, where each has one size.
  package private(set) var outputs = 0
  /// Of the written pictures, over all workers: more than the run's wall time where there are several.
  package private(set) var times = StageTimes()
  /// The same in processor time.
  package private(set) var cpuTimes = StageTimes()

  package init() {}

  /// Pictures that were begun and have ended, one way or another.
  package var ended: Int { written + skipped + failed }

  package mutating func add(_ outcome: Outcome) {
    switch outcome {
    case .written(let picture):
      written += 1
      warned += picture.warningCount > 0 ? 1 : 0
      for note in picture.notes { notes[note, default: 0] += 1 }
      sourceByteCount += picture.sourceByteCount
      outputByteCount += picture.outputByteCount
      outputs += picture.outputs.count { $0.skipped == nil }
      for stage in Stage.allCases { times[stage] += picture.times[stage] }
      for stage in Stage.allCases { cpuTimes[stage] += picture.cpuTimes[stage] }
    case .skipped: skipped += 1
    case .failed: failed += 1
    }
  }

  /// Counts a picture that a dry run would write.
  package mutating func addPlanned() { planned += 1 }

  /// - Parameter inputs: pictures found, at least `ended`.
  package func notStarted(of inputs: Int) -> Int {
    precondition(inputs >= ended, "a picture ended that was never an input")
    return inputs - ended
  }
}
