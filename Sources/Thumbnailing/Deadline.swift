internal import CPlatform
package import ImageCore
package import ImageErrors
internal import SystemSupport

/// When one image has to be done.
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

  /// What `exclude` is given later; 0 where there is no deadline.
  package var now: UInt64 { timeout == nil ? 0 : system_deadline_clock() }

  /// The time since `begin` is not counted: the image waited for others. What it took before still counts.
  package mutating func exclude(since begin: UInt64) {
    if timeout != nil { nanoseconds += system_deadline_clock() - begin }
  }

  /// Throws when it is over. Between stages; within them all loops look at it by themselves.
  package func check(_ stage: Stage) throws(JobError) {
    guard let timeout, system_deadline_has_passed(nanoseconds) else { return }
    throw .timeout(timeout, stage: stage)
  }
}
