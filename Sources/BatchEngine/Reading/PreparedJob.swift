internal import ImageErrors
internal import RunState
internal import Synchronization
internal import SystemSupport
internal import Thumbnailing

/// A job for a worker, with what a reader has done for it.
struct PreparedJob: ~Copyable {
  /// If a reader opened the source, the outputs to skip are known, too.
  let job: Job
  private let source: PreparedSource

  init(_ job: Job, _ source: consuming PreparedSource = .unopened) {
    self.job = job
    self.source = source
  }

  consuming func takeSource() -> PreparedSource { source }
}

/// How far a reader has come with a source.
enum PreparedSource: ~Copyable {
  /// Its worker opens it.
  case unopened
  /// Its bytes are in memory, or in the page cache of the system.
  case open(OpenSource, readTime: Duration)
  /// There is nothing left to do: all outputs are skipped, or reading failed.
  case ended(Outcome)
}

/// A prepared job on its way from a reader to a worker.
final class ReadyJob: Sendable {
  let job: Job
  private let source: Mutex<PreparedSource?>

  init(_ job: Job, _ source: consuming sending PreparedSource) {
    self.job = job
    self.source = Mutex(source)
  }

  /// Call it once.
  func take() -> PreparedJob {
    guard let source = source.withLock({ $0.take() }) else { preconditionFailure("a job is taken once") }
    return PreparedJob(job, source)
  }
}
