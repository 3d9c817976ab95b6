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
/// reports the outcome. A dead worker is replaced, and the new one tries its image once more before the image fails.
package struct ProcessExecutor: Executor {
  private let workers: Int
  private let workerPath: String
  private let limits: WorkLimits
  private let lifetime: WorkerLifetime
  private let sandbox: SandboxRule
  private let onConfinement: @Sendable (Confinement) -> Void
  private let variable: String?

  /// - Parameters:
  ///   - workerPath: the worker program; nil for `imgbatch-worker` next to this executable.
  ///   - sandbox: what happens if a worker cannot be confined completely.
  ///   - onConfinement: called once, before the first job, with the confinement of the workers.
  ///   - variable: added to the workers' environment, as "NAME=value"; for tests.
  package init(
    workers: Int, workerPath: String? = nil, limits: WorkLimits = WorkLimits(), lifetime: WorkerLifetime = .run,
    sandbox: SandboxRule = .wanted, onConfinement: @escaping @Sendable (Confinement) -> Void = { _ in },
    variable: String? = nil
  ) {
    precondition(workers >= 1, "a run has a worker")
    self.workers = workers
    self.workerPath = workerPath ?? WorkerSocket.programNextToExecutable()
    self.limits = limits
    self.lifetime = lifetime
    self.sandbox = sandbox
    self.onConfinement = onConfinement
    self.variable = variable
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
    // The confinement of the first worker is that of all.
    let first = FirstWorker(try start(workerConfiguration, memory))
    let confinement = first.confinement
    if let refusal = sandbox.refusal(of: confinement) {
      first.end()
      throw refusal
    }
    onConfinement(confinement)
    let sources = ReadAhead(
      jobs, options, limits.reading, workers: share.workers, delivery: .pages, maxHeldByteCount: 0, stop: stop)
    let failure = Mutex<ExecutorError?>(nil)
    onThreads(share.workers) { _ in
      do throws(ExecutorError) {
        let worker: WorkerHandle
        if let started = first.take() { worker = started } else { worker = try start(workerConfiguration, memory) }
        try serve(worker, sources, workerConfiguration, memory, stop)
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

  /// Serves one worker after another until there are no more jobs.
  private func serve(
    _ first: consuming WorkerHandle, _ sources: ReadAhead, _ workerConfiguration: WorkerConfiguration,
    _ memory: MemoryBudget, _ stop: CancellationFlag
  ) throws(ExecutorError) {
    var worker = first
    var isFresh = true
    while !stop.isCancelled, let prepared = sources.next() {
      var job = prepared.job
      var outcome: Outcome?
      // Also if no worker can be started any more.
      defer { sources.finished(job, outcome) }
      var opened: Descriptor?
      var readTime = Duration.zero
      switch prepared.takeSource() {
      case .unopened: outcome = job.decideSkips(workerConfiguration.options.existing)
      case .open(let source, let time):
        opened = source.descriptor()
        readTime = time
      case .ended(let end): outcome = end
      }
      if lifetime == .image && !isFresh {
        _ = worker.end(.endOfInput)
        worker = try start(workerConfiguration, memory)
      }
      isFresh = false
      var tries = 0
      while outcome == nil {
        // Opened again for a second try, because processes that share an open file share its offset.
        let source: Descriptor
        if let first = opened.take() {
          source = first
        } else {
          let begin = ContinuousClock.now
          do throws(JobError) { source = try SourceFile.open(job.source) } catch {
            outcome = .failed(error)
            break
          }
          readTime += .now - begin
        }
        var admitted = 0
        do throws(WorkerFailure) {
          outcome = try worker.outcome(of: job, source: source, share: &admitted).adding(readTime: readTime)
          memory.release(admitted)
        } catch {
          // Its memory is free only after its end.
          let end = worker.end(.kill)
          memory.release(admitted)
          if case .notBegun = error { return }
          worker = try start(workerConfiguration, memory)
          tries += 1
          // A second try would exceed the time limit again.
          if case .silent = error { tries = 2 }
          if tries == 2 { outcome = .failed(.worker(error, limits.timeout, end)) }
        }
      }
    }
    _ = worker.end(.endOfInput)
  }

  private func start(_ workerConfiguration: WorkerConfiguration, _ memory: MemoryBudget) throws(ExecutorError)
    -> WorkerHandle
  {
    do throws(WorkerFailure) {
      return try WorkerHandle(
        path: workerPath, workerConfiguration: workerConfiguration, memory: memory, variable: variable)
    } catch {
      guard case .cannotStart(let reason) = error else { throw .noWorker(path: workerPath, reason: "it died") }
      throw .noWorker(path: workerPath, reason: reason)
    }
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

extension Outcome {
  /// Adds what the parent spent on the source.
  fileprivate func adding(readTime: Duration) -> Outcome {
    guard case .written(var image) = self else { return self }
    image.times[.read] += readTime
    return .written(image)
  }
}

extension JobError {
  /// The error of an image after its second try in a worker.
  fileprivate static func worker(
    _ failure: WorkerFailure, _ timeout: Duration?, _ end: WorkerSocket.End
  ) -> JobError {
    if end.lackedMemory, case .died = failure {
      return JobError(
        stage: .decode, code: .limitMemory,
        message: "the worker process got no memory for it, twice (\(end.message))", hint: .lowerMemoryUse)
    }
    return switch failure {
    case .silent: .timeout(timeout ?? .zero, stage: .decode)
    case .garbage: crashed("the worker process twice gave no sensible answer")
    case .died, .cannotStart, .notBegun: crashed("the worker process died twice on it (\(end.message))")
    }
  }

  private static func crashed(_ text: String) -> JobError {
    JobError(stage: .decode, code: .workerCrashed, message: text, hint: .reportFault)
  }
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
