internal import Imaging

/// Workers that share this process's memory, on `DispatchQueue.concurrentPerform`: nothing is copied between them.
package struct ThreadExecutor: Executor {
  private let workers: Int

  /// - Parameter workers: 1 or more; the system runs no more of them at once than it has cores.
  package init(workers: Int) {
    precondition(workers >= 1, "a run has a worker")
    self.workers = workers
  }

  package func run(
    _ jobs: any JobSource, recipe: Recipe, stop: StopRequest, report: @escaping @Sendable (Job, Outcome) -> Void
  ) {
    let share = WorkerShare(workers: workers, pictures: jobs.count)
    _ = concurrentMap(count: share.workers, workers: share.workers) { _ in
      let thumbnailer = Thumbnailer(recipe: recipe, bands: share.bands)
      while !stop.isMade, let job = jobs.next() {
        report(job, thumbnailer.outcome(of: job))
      }
    }
  }
}
