internal import Synchronization

/// A wish to end early, set from a signal handler or a report, looked at before each job is claimed.
package final class CancellationFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package var isMade: Bool { flag.load(ordering: .acquiring) }
  package func make() { flag.store(true, ordering: .releasing) }
}
