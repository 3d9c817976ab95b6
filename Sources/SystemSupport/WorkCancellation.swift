internal import CPlatform

/// Ends the work of one thread early: every deadline that the thread checks has then passed.
@safe package final class WorkCancellation: Sendable {
  // SAFETY: created in init, destroyed once in deinit; the flag itself is atomic.
  private nonisolated(unsafe) let flag: OpaquePointer

  /// - Returns: nil if memory is exhausted.
  package init?() {
    guard let flag = unsafe system_cancellation_create() else { return nil }
    unsafe self.flag = unsafe flag
  }

  deinit { unsafe system_cancellation_destroy(flag) }

  package var isCancelled: Bool { unsafe system_cancellation_is_cancelled(flag) }

  /// Whether the work of the calling thread is cancelled.
  package static var isCurrentCancelled: Bool { system_deadline_has_passed(0) }

  /// From any thread.
  package func cancel() { unsafe system_cancellation_cancel(flag) }

  /// Runs work that this may end, on the calling thread.
  package func watching<Result>(_ work: () -> Result) -> Result {
    // SAFETY: the flag lives longer than the call, and the thread forgets it at the end.
    unsafe system_cancellation_watch(flag)
    defer { system_cancellation_watch(nil) }
    return work()
  }
}
