/// Why a run could not continue at all. A broken image never causes one of these.
package enum ExecutorError: Error, Hashable, Sendable {
  /// No worker process can be started. Contains the path that was tried and the reason.
  case noWorker(path: String, reason: String)
  /// Confinement was required and is incomplete. Contains the missing restrictions.
  case notConfined([String])
}
