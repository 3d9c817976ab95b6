internal import Synchronization

/// Jobs that are all known, claimed by workers through one counter.
///
/// The biggest source comes first, so that no worker starts a long one when the others have nothing left to do.
///
/// Four bytes a job beside the jobs themselves, which may be put together only when they are claimed.
package final class SortedJobs: JobSource {
  private let order: [UInt32]
  private let job: @Sendable (Int) -> Job
  private let claimed = Atomic<Int>(0)

  private init(order: [UInt32], job: @escaping @Sendable (Int) -> Job) {
    self.order = order
    self.job = job
  }

  package convenience init(_ jobs: PlannedJobs) {
    self.init(order: bySize(jobs.count, byteCount: jobs.sourceByteCount(at:))) { jobs[$0] }
  }

  package convenience init(_ jobs: [Job]) {
    self.init(order: bySize(jobs.count) { jobs[$0].sourceByteCount }) { jobs[$0] }
  }

  /// - Parameter inOrder: the jobs in the order that they are to be claimed in.
  package convenience init(inOrder jobs: PlannedJobs) {
    self.init(order: Array(0..<UInt32(jobs.count))) { jobs[$0] }
  }

  /// - Parameter inOrder: the jobs in the order that they are to be claimed in.
  package convenience init(inOrder jobs: [Job]) {
    self.init(order: Array(0..<UInt32(jobs.count))) { jobs[$0] }
  }

  package var count: Int? { order.count }

  package func next() -> Job? {
    // A worker asks once more than there are jobs, so the counter stays near their number.
    let place = claimed.wrappingAdd(1, ordering: .relaxed).oldValue
    return place < order.count ? job(Int(order[place])) : nil
  }
}

/// Indices with the biggest source first, ties as they were.
private func bySize(_ count: Int, byteCount: (Int) -> Int) -> [UInt32] {
  (0..<UInt32(count)).sorted { one, other in
    let (left, right) = (byteCount(Int(one)), byteCount(Int(other)))
    return left == right ? one < other : left > right
  }
}
