package import Parallelism
package import RunState
package import Thumbnailing

/// One image after another on the calling thread.
package struct SerialExecutor: Executor {
  private let limits: WorkLimits

  package init(limits: WorkLimits = WorkLimits()) { self.limits = limits }

  package func run(_ jobs: any JobSource, options: ThumbnailOptions, stop: CancellationFlag) {
    let runner = JobRunner(
      options: options, memory: MemoryBudget(limits, workers: 1, .thread, stop: stop), timeout: limits.timeout)
    while !stop.isCancelled, let job = jobs.next() { jobs.finished(job, runner.outcome(of: job)) }
  }
}
