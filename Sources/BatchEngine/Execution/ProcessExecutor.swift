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

  package func run(
    _ jobs: any JobSource, options: ThumbnailOptions, stop: CancellationFlag
  ) throws(ExecutorError) {
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
    let failure = Mutex<ExecutorError?>(nil)
    onThreads(share.workers) { _ in
      do throws(ExecutorError) {
        let worker: WorkerHandle
        if let started = first.take() { worker = started } else { worker = try start(workerConfiguration, memory) }
        try serve(worker, jobs, workerConfiguration, memory, stop)
      } catch {
        // Without workers the remaining jobs are not begun.
        failure.withLock { $0 = $0 ?? error }
        stop.cancel()
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Serves one worker after another until there are no more jobs.
  private func serve(
    _ first: consuming WorkerHandle, _ jobs: any JobSource, _ workerConfiguration: WorkerConfiguration,
    _ memory: MemoryBudget, _ stop: CancellationFlag
  ) throws(ExecutorError) {
    var worker = first
    var isFresh = true
    while !stop.isCancelled, var job = jobs.next() {
      var outcome: Outcome?
      // Also if no worker can be started any more.
      defer { jobs.finished(job, outcome) }
      if lifetime == .image && !isFresh {
        _ = worker.end(.endOfInput)
        worker = try start(workerConfiguration, memory)
      }
      isFresh = false
      outcome = job.settle(workerConfiguration.options.existing)
      var tries = 0
      while outcome == nil {
        // Opened for each try, because processes that share an open file share its offset.
        let source: Descriptor
        do throws(JobError) { source = try SourceFile.open(job.source) } catch {
          outcome = .failed(error)
          break
        }
        var admitted = 0
        do throws(WorkerFailure) {
          outcome = try worker.outcome(of: job, source: source, share: &admitted)
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

extension Job {
  /// Decides which outputs to skip. Returns the outcome if all are skipped or the job has failed already.
  fileprivate mutating func settle(_ existing: ExistingOutput) -> Outcome? {
    if let refusal { return .failed(refusal) }
    let files = OutputFiles(existing: existing, durability: .ordinary)
    do throws(JobError) {
      for index in outputs.indices { outputs[index].skipReason = try files.skipReason(for: outputs[index]) }
    } catch {
      return .failed(error)
    }
    guard let reason = outputs[0].skipReason, outputs.allSatisfy({ $0.skipReason != nil }) else { return nil }
    return .skipped(reason)
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
