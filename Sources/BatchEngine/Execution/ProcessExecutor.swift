internal import CPlatform
internal import Glibc
internal import ImageErrors
package import Parallelism
package import RunState
internal import Synchronization
internal import SystemSupport
package import Thumbnailing
package import WorkerIPC

/// Workers in separate processes: a crash costs one image, and a compromised worker has access to nothing.
///
/// One thread serves each worker. It takes a job, opens the source, sends it, writes the outputs that the worker returns, and
/// reports the outcome.
package struct ProcessExecutor: Executor {
  private let workers: Int
  private let program: WorkerProgram
  private let limits: WorkLimits
  private let lifetime: WorkerLifetime

  package init(
    workers: Int, program: WorkerProgram = WorkerProgram(), limits: WorkLimits = WorkLimits(),
    lifetime: WorkerLifetime = .run
  ) {
    precondition(workers >= 1, "a run has a worker")
    self.workers = workers
    self.program = program
    self.limits = limits
    self.lifetime = lifetime
  }

  @discardableResult
  package func run(
    _ jobs: any JobSource, options: ThumbnailOptions, stop: CancellationFlag
  ) throws(ExecutorError) -> ReadReport {
    let maximum = MemoryBudget.workers(atMost: workers, .process, limits)
    let share = WorkerAllocation(workers: maximum, images: jobs.count)
    let memory = MemoryBudget(limits, workers: share.workers, .process, stop: stop)
    let workerConfiguration = WorkerConfiguration(
      options: options, threadsPerImage: share.threadsPerImage, timeout: limits.timeout, memory: memory,
      parent: Int(getpid()))
    let first = FirstWorker(try WorkerHandle(program, workerConfiguration, memory))
    if let refusal = program.sandbox.refusal(of: first.confinement) {
      first.end()
      throw refusal
    }
    program.report(first.confinement)
    let sources = ReadAhead(
      jobs, options, limits.reading, workers: share.workers, delivery: .pages, maxHeldByteCount: 0, stop: stop)
    let failure = Mutex<ExecutorError?>(nil)
    onThreads(share.workers) { _ in
      do throws(ExecutorError) {
        let slot = WorkerSlot(program, workerConfiguration, memory, first: first.take())
        try slot.startIfNeeded()
        try serve(slot, sources, workerConfiguration.options.existing, stop)
      } catch {
        // Without workers the remaining jobs are not begun.
        failure.withLock { $0 = $0 ?? error }
        stop.cancel()
      }
    }
    let report = sources.end()
    if let error = failure.withLock({ $0 }) { throw error }
    return report
  }

  /// Serves workers until there are no more jobs.
  private func serve(
    _ slot: WorkerSlot, _ sources: ReadAhead, _ existing: ExistingOutput, _ stop: CancellationFlag
  ) throws(ExecutorError) {
    var isFresh = true
    while !stop.isCancelled, let prepared = sources.next() {
      var job = prepared.job
      var outcome: Outcome?
      // Also if no worker can be started any more.
      defer { sources.finished(job, outcome) }
      var opened: Descriptor?
      var readTime = Duration.zero
      switch prepared.takeSource() {
      case .unopened: outcome = job.decideSkips(existing)
      case .open(let source, let time):
        opened = source.descriptor()
        readTime = time
      case .ended(let end): outcome = end
      }
      if outcome != nil { continue }
      if lifetime == .image && !isFresh { slot.end() }
      isFresh = false
      outcome = try slot.outcome(of: job, source: opened)?.adding(readTime: readTime)
      if outcome == nil { return }
    }
    slot.end()
  }
}

/// The worker that is started before the others; the first thread takes it.
private final class FirstWorker: Sendable {
  let confinement: Confinement
  private let worker: Mutex<WorkerHandle?>

  init(_ worker: consuming WorkerHandle) {
    confinement = worker.confinement
    self.worker = Mutex(worker)
  }

  func take() -> WorkerHandle? { worker.withLock { $0.take() } }

  func end() { if let worker = take() { _ = worker.end(.endOfInput) } }
}

/// The number of workers, and of threads that share each image so that few images use all cores too.
struct WorkerAllocation {
  let workers: Int
  let threadsPerImage: Int

  init(workers: Int, images: Int?) {
    self.workers = max(1, min(workers, images ?? workers))
    threadsPerImage = max(1, workers / self.workers)
  }
}
