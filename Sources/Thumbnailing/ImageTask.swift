internal import ImageCore
internal import ImageErrors

/// The stage, the clocks and the deadline of one image.
package final class ImageTask {
  var clock: StageClock
  private var deadline = Deadline(after: nil)
  private let timeout: Duration?
  private let readTimeout: Duration?
  private var hasRead = false
  /// When the current wait began, as in `Deadline.now`.
  private var waitBegin: UInt64 = 0

  /// - Parameters:
  ///   - timeout: from the end of reading on; nil for no limit.
  ///   - readTimeout: for each reading of the source; nil for no limit.
  ///   - readTime: the time that a reader has spent on the source already.
  package init(
    clocks: StageClocks = .wall, timeout: Duration? = nil, readTimeout: Duration? = nil, readTime: Duration = .zero
  ) {
    clock = StageClock(clocks, readTime: readTime)
    self.timeout = timeout
    self.readTimeout = readTimeout
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

  /// Reads the source. Waiting for storage is not computing, so the timeout of the image does not cover it.
  /// - Parameter body: gets the limit of the reading.
  /// - Throws: `timeout` where the reading exceeds its limit.
  func reading<Value: ~Copyable>(_ body: (TimeLimit) throws(JobError) -> Value) throws(JobError) -> Value {
    let begin = deadline.now
    let value: Value
    do throws(JobError) { value = try body(Deadline(after: readTimeout).limit) } catch {
      guard error.code == .timeout, let readTimeout else { throw error }
      throw .readTimeout(readTimeout)
    }
    if hasRead { deadline.exclude(since: begin) } else { deadline = Deadline(after: timeout) }
    hasRead = true
    return value
  }

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
