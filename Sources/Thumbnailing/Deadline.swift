internal import CPlatform
package import ImageCore
package import ImageErrors
internal import SystemSupport

/// The time at which an image must be finished.
package struct Deadline {
  /// On the clock of `system_deadline_clock`; 0 for never.
  package private(set) var nanoseconds: UInt64
  private let timeout: Duration?

  package init(after timeout: Duration?) {
    self.timeout = timeout
    nanoseconds = timeout.map { system_deadline_clock() + UInt64(clamping: $0.nanoseconds) } ?? 0
  }

  /// For the loops of a stage.
  package var limit: TimeLimit { TimeLimit(deadline: nanoseconds) }

  /// The argument of a later `exclude`; 0 without a deadline.
  package var now: UInt64 { timeout == nil ? 0 : system_deadline_clock() }

  /// Extends the deadline by the time since `begin`, in which the image waited for others.
  package mutating func exclude(since begin: UInt64) {
    if timeout != nil { nanoseconds += system_deadline_clock() - begin }
  }

  /// Throws `timeout` after the deadline. For use between stages; the loops of a stage check `limit`.
  package func check(_ stage: Stage) throws(JobError) {
    guard let timeout, system_deadline_has_passed(nanoseconds) else { return }
    throw .timeout(timeout, stage: stage)
  }
}
