package import RunState

/// The jobs of another source, with an observer of their outcomes.
package struct ObservedJobs: JobSource {
  private let jobs: any JobSource
  private let observer: any OutcomeObserver

  package init(_ jobs: any JobSource, _ observer: any OutcomeObserver) {
    self.jobs = jobs
    self.observer = observer
  }

  package var count: Int? { jobs.count }

  package func next() -> Job? { jobs.next() }

  package func finished(_ job: Job, _ outcome: Outcome?) {
    if let outcome { observer.observe(job, outcome) }
    jobs.finished(job, outcome)
  }
}
