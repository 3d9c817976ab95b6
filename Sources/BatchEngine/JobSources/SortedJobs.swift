package import RunState
internal import Synchronization

/// A fixed set of jobs that workers claim through one counter.
///
/// The largest source comes first, so that no worker starts a long job when the others have nothing left to do.
///
/// Takes four bytes per job in addition to the jobs, which may be created only when they are claimed.
package final class SortedJobs: JobSource, RunInputs {
  private let order: [UInt32]
  private let job: @Sendable (Int) -> Job
  private let planned: PlannedJobs?
  private let claimed = Atomic<Int>(0)

  private init(order: [UInt32], of planned: PlannedJobs? = nil, job: @escaping @Sendable (Int) -> Job) {
    self.order = order
    self.planned = planned
    self.job = job
  }

  /// The jobs at `indices`, largest source first.
  package convenience init(_ jobs: PlannedJobs, at indices: [UInt32]) {
    self.init(order: bySize(indices, byteCount: jobs.sourceByteCount(at:)), of: jobs) { jobs[$0] }
  }

  package convenience init(_ jobs: [Job]) {
    self.init(order: bySize(Array(0..<UInt32(jobs.count))) { jobs[$0].sourceByteCount }) { jobs[$0] }
  }

  /// The jobs at `indices`, in that order.
  package convenience init(inOrder jobs: PlannedJobs, at indices: [UInt32]) {
    self.init(order: indices, of: jobs) { jobs[$0] }
  }

  /// The jobs in their order.
  package convenience init(inOrder jobs: [Job]) {
    self.init(order: Array(0..<UInt32(jobs.count))) { jobs[$0] }
  }

  package var count: Int? { order.count }
  package var foundCount: Int { order.count }
  package var fingerprint: ListFingerprint? { planned?.fingerprint }

  package func next() -> Job? {
    // Each worker asks once more than there are jobs, so the counter cannot overflow.
    let index = claimed.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < order.count ? job(Int(order[index])) : nil
  }
}

/// Indices with the largest source first; equal sizes keep their order.
private func bySize(_ indices: [UInt32], byteCount: (Int) -> Int) -> [UInt32] {
  indices.sorted { one, other in
    let (left, right) = (byteCount(Int(one)), byteCount(Int(other)))
    return left == right ? one < other : left > right
  }
}
