package import RunState
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

  /// Those of the jobs that are at `indices`.
  package convenience init(_ jobs: PlannedJobs, at indices: [UInt32]) {
    self.init(order: bySize(indices, byteCount: jobs.sourceByteCount(at:))) { jobs[$0] }
  }

  package convenience init(_ jobs: [Job]) {
    self.init(order: bySize(Array(0..<UInt32(jobs.count))) { jobs[$0].sourceByteCount }) { jobs[$0] }
  }

  /// Those of the jobs that are at `indices`, to be claimed in that order.
  package convenience init(inOrder jobs: PlannedJobs, at indices: [UInt32]) {
    self.init(order: indices) { jobs[$0] }
  }

  /// To be claimed in the order that they have.
  package convenience init(inOrder jobs: [Job]) {
    self.init(order: Array(0..<UInt32(jobs.count))) { jobs[$0] }
  }

  package var count: Int? { order.count }

  package func next() -> Job? {
    // A worker asks once more than there are jobs, so the counter stays near their number.
    let index = claimed.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < order.count ? job(Int(order[index])) : nil
  }
}

/// Indices with the biggest source first, ties as they were.
private func bySize(_ indices: [UInt32], byteCount: (Int) -> Int) -> [UInt32] {
  indices.sorted { one, other in
    let (left, right) = (byteCount(Int(one)), byteCount(Int(other)))
    return left == right ? one < other : left > right
  }
}
