import Parallelism
import RunState
import Synchronization
import Testing
import Thumbnailing

@testable import BatchEngine

/// Hands out jobs, and collects how an executor ended each of them.
final class CollectedOutcomes: JobSource {
  private let jobs: SortedJobs
  private let ends = Mutex<[Int: Outcome?]>([:])

  init(_ jobs: [Job]) { self.jobs = SortedJobs(jobs) }

  var count: Int? { jobs.count }

  func next() -> Job? { jobs.next() }

  func finished(_ job: Job, _ outcome: Outcome?) {
    let isFirst = ends.withLock { $0.updateValue(outcome, forKey: job.index) == nil }
    #expect(isFirst, "a job ends once")
  }

  /// By the index of the job. A job that was taken and not begun has no outcome.
  var outcomes: [Int: Outcome] { ends.withLock { $0.compactMapValues { $0 } } }
  /// The indices of all jobs that ended, also of those that were not begun.
  var indices: Set<Int> { ends.withLock { Set($0.keys) } }
}

extension Executor {
  /// Runs jobs and returns their outcomes, by the index of the job.
  func outcomes(
    of jobs: [Job], options: ThumbnailOptions = ThumbnailOptions(), stop: CancellationFlag = CancellationFlag()
  ) throws -> [Int: Outcome] {
    let collected = CollectedOutcomes(jobs)
    try run(collected, options: options, stop: stop)
    return collected.outcomes
  }
}
