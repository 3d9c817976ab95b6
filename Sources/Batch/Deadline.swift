internal import CPlatform
internal import Imaging

/// When one image has to be done.
struct Deadline {
  /// On the clock of `system_deadline_clock`; 0 for never.
  private(set) var nanoseconds: UInt64
  private let timeout: Duration?

  init(after timeout: Duration?) {
    self.timeout = timeout
    nanoseconds = timeout.map { system_deadline_clock() + UInt64(clamping: $0.nanoseconds) } ?? 0
  }

  /// For the loops of a stage.
  var limit: TimeLimit { TimeLimit(deadline: nanoseconds) }

  /// What `exclude` is given later; 0 where there is no deadline.
  var now: UInt64 { timeout == nil ? 0 : system_deadline_clock() }

  /// The time since `begin` is not counted: the image waited for others. What it took before still counts.
  mutating func exclude(since begin: UInt64) {
    if timeout != nil { nanoseconds += system_deadline_clock() - begin }
  }

  /// Throws when it is over. Between stages; within them all loops look at it by themselves.
  func check(_ stage: Stage) throws(JobError) {
    guard let timeout, system_deadline_has_passed(nanoseconds) else { return }
    throw .timeout(timeout, stage: stage)
  }
}

extension JobError {
  static func timeout(_ timeout: Duration, stage: Stage) -> JobError {
    let nanoseconds = timeout.nanoseconds
    let words = nanoseconds % 1_000_000_000 == 0 ? "\(nanoseconds / 1_000_000_000) s" : "\(nanoseconds / 1000) µs"
    return JobError(
      stage: stage, code: .timeout, message: "it took longer than the limit of \(words); raise it with --timeout")
  }

  static func needsMemory(_ byteCount: Int, most: Int) -> JobError {
    // Rounded so that the need is never told as no more than what there is.
    let need = (byteCount + (1 << 20) - 1) >> 20
    return JobError(
      stage: .decode, code: .limitMemory,
      message: "it needs about \(need) MB and one picture may have \(most >> 20) MB; raise the limit with --max-memory")
  }
}
