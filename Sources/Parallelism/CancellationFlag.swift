internal import Synchronization

/// A request to stop early. A signal handler or a reporter sets it, and workers check it before they claim a job.
package final class CancellationFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package var isCancelled: Bool { flag.load(ordering: .acquiring) }
  package func cancel() { flag.store(true, ordering: .releasing) }
}
