/// Why a run could not go on at all. A bad image is never one of these.
package enum ExecutorError: Error, Hashable, Sendable {
  /// No worker process can be started: the path tried and the reason.
  case noWorker(path: String, reason: String)
  /// Confinement was required, and what is missing.
  case notConfined([String])
}
