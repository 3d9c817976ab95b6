internal import CPlatform

/// When one picture has to be done.
struct Deadline {
  /// On CLOCK_MONOTONIC; 0 for never.
  private(set) var nanoseconds: UInt64
  private let timeout: Duration?

  init(after timeout: Duration?) {
    self.timeout = timeout
    nanoseconds = timeout.map { system_monotonic_nanoseconds() + UInt64(clamping: $0.nanoseconds) } ?? 0
  }

  /// The time until now is not counted: the picture waited for others.
  mutating func restart() { self = Deadline(after: timeout) }

  /// Throws when it is over. Between stages; within them the C libraries look at it row by row.
  func check(_ stage: Stage) throws(JobError) {
    guard let timeout, system_monotonic_nanoseconds() >= nanoseconds else { return }
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
