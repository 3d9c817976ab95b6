internal import ImageCore
internal import ImageErrors

/// The stage, the clocks and the deadline of one image.
package final class ImageTask {
  var clock: StageClock
  private var deadline: Deadline
  /// When the current wait began, as in `Deadline.now`.
  private var waitBegin: UInt64 = 0

  /// - Parameter timeout: from now on; nil for no limit.
  package init(clocks: StageClocks = .wall, timeout: Duration? = nil) {
    clock = StageClock(clocks)
    deadline = Deadline(after: timeout)
  }

  var stage: Stage { clock.stage }

  /// For the loops of a stage.
  var limit: TimeLimit { deadline.limit }

  /// Ends the current stage and begins another.
  /// - Throws: `timeout` once the deadline has passed.
  func enter(_ stage: Stage) throws(JobError) {
    clock.enter(stage)
    try check()
  }

  /// - Throws: `timeout` once the deadline has passed.
  func check() throws(JobError) { try deadline.check(stage) }

  /// Before the image may have to wait for others.
  func beginWait() {
    clock.end()
    waitBegin = deadline.now
  }

  /// The image waited: neither its stage nor its timeout covers the time since `beginWait`.
  func excludeWait() {
    clock.skip()
    deadline.exclude(since: waitBegin)
  }
}
