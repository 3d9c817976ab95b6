internal import ColorManagement
package import Parallelism
package import RunState
package import Thumbnailing

/// Workers that share this process's memory, on `DispatchQueue.concurrentPerform`: nothing is copied between them.
package struct ThreadExecutor: Executor {
  private let workers: Int
  private let limits: WorkLimits

  /// With 1 worker or more; the system runs no more of them at once than it has cores.
  package init(workers: Int, limits: WorkLimits = WorkLimits()) {
    precondition(workers >= 1, "a run has a worker")
    self.workers = workers
    self.limits = limits
  }

  package func run(
    _ jobs: any JobSource, options: ThumbnailOptions, stop: CancellationFlag,
    report: @escaping @Sendable (Job, Outcome) -> Void
  ) {
    let share = WorkerAllocation(workers: workers, images: jobs.count)
    let memory = MemoryBudget(limits, workers: share.workers, .thread, stop: stop)
    let timeout = limits.timeout
    let transforms = ColorTransforms(byteLimit: memory.allowance / 4)
    _ = concurrentMap(count: share.workers, workers: share.workers) { _ in
      let runner = JobRunner(
        options: options, threadsPerImage: share.threadsPerImage, memory: memory, timeout: timeout,
        transforms: transforms)
      while !stop.isMade, let job = jobs.next() {
        if let outcome = runner.outcome(of: job) { report(job, outcome) }
      }
    }
  }
}
