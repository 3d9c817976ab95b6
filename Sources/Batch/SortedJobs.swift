internal import Synchronization

/// Jobs that are all known, claimed by workers through one counter.
///
/// The biggest source comes first, so that no worker starts a long one when the others have nothing left to do.
package final class SortedJobs: JobSource {
  private let jobs: [Job]
  private let claimed = Atomic<Int>(0)

  package init(_ jobs: [Job]) {
    self.jobs = jobs.sorted { one, other in
      one.sourceByteCount == other.sourceByteCount
        ? one.index < other.index : one.sourceByteCount > other.sourceByteCount
    }
  }

  package var count: Int? { jobs.count }

  /// - Parameter inOrder: the jobs in the order that they are to be claimed in.
  package init(inOrder jobs: [Job]) { self.jobs = jobs }

  package func next() -> Job? {
    // A worker asks once more than there are jobs, so the counter stays near their number.
    let place = claimed.wrappingAdd(1, ordering: .relaxed).oldValue
    return place < jobs.count ? jobs[place] : nil
  }
}
