internal import CPlatform
internal import Glibc
internal import ImageErrors
package import Parallelism
package import RunState
internal import Synchronization
internal import SystemSupport
package import Thumbnailing
package import WorkerIPC

/// Workers that are processes: what crashes there costs one image, and what takes one over reaches nothing.
///
/// Each worker is served by a thread that only waits and writes: it claims a job, opens its source, sends it, writes the outputs
/// that come back and reports the answer. A worker that dies is replaced; its image is tried once more in the fresh one
/// before it counts as failed.
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
  ///   - sandbox: what a worker that cannot be confined in full means.
  ///   - onConfinement: called once, before the first job, with what confines the workers.
  ///   - variable: joins the workers' environment, as "NAME=value"; for tests.
  package init(
    workers: Int, workerPath: String? = nil, limits: WorkLimits = WorkLimits(), lifetime: WorkerLifetime = .run,
    sandbox: SandboxRule = .wanted, onConfinement: @escaping @Sendable (Confinement) -> Void = { _ in },
    variable: String? = nil
  ) {
    precondition(workers >= 1, "a run has a worker")
    self.workers = workers
    self.workerPath = workerPath ?? WorkerSocket.programBesideExecutable()
    self.limits = limits
    self.lifetime = lifetime
    self.sandbox = sandbox
    self.onConfinement = onConfinement
    self.variable = variable
  }

  package func run(
    _ jobs: any JobSource, options: ThumbnailOptions, stop: CancellationFlag,
    report: @escaping @Sendable (Job, Outcome) -> Void
  ) throws(ExecutorError) {
    let maximum = MemoryBudget.workers(atMost: workers, .process, limits)
    let share = WorkerAllocation(workers: maximum, images: jobs.count)
    let memory = MemoryBudget(limits, workers: share.workers, .process, stop: stop)
    let workerConfiguration = WorkerConfiguration(
      options: options, threadsPerImage: share.threadsPerImage, timeout: limits.timeout, memory: memory,
      parent: Int(getpid()))
    // The first worker says for all what confines them here.
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
        try serve(worker, jobs, workerConfiguration, memory, stop, report)
      } catch {
        // Without workers nothing more can be done here; the jobs that are left stay unstarted.
        failure.withLock { $0 = $0 ?? error }
        stop.make()
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Has one worker after another do jobs until there are no more.
  private func serve(
    _ first: consuming WorkerHandle, _ jobs: any JobSource, _ workerConfiguration: WorkerConfiguration,
    _ memory: MemoryBudget,
    _ stop: CancellationFlag, _ report: @Sendable (Job, Outcome) -> Void
  ) throws(ExecutorError) {
    var worker = first
    var isFresh = true
    while !stop.isMade, var job = jobs.next() {
      if lifetime == .image && !isFresh {
        _ = worker.end(.endOfInput)
        worker = try start(workerConfiguration, memory)
      }
      isFresh = false
      var outcome = job.settle(workerConfiguration.options.existing)
      var tries = 0
      while outcome == nil {
        // Opened for each try: how far a file was read is common to all who have it open.
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
          // Its memory is free only when it is gone.
          let end = worker.end(.kill)
          memory.release(admitted)
          if case .notBegun = error { return }
          worker = try start(workerConfiguration, memory)
          tries += 1
          // A second try of what took too long would take as long.
          if case .silent = error { tries = 2 }
          if tries == 2 { outcome = .failed(.worker(error, limits.timeout, end)) }
        }
      }
      if let outcome { report(job, outcome) }
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

/// The worker that was started before the others, for the first thread that asks.
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
  /// Decides which outputs need not be made. Returns the outcome where that is all of them, or the job cannot be done.
  fileprivate mutating func settle(_ existing: ExistingOutput) -> Outcome? {
    if let refusal { return .failed(refusal) }
    let files = OutputFiles(existing: existing, durability: .ordinary)
    do throws(JobError) {
      for index in outputs.indices { outputs[index].settled = try files.skipReason(for: outputs[index]) }
    } catch {
      return .failed(error)
    }
    guard let reason = outputs[0].settled, outputs.allSatisfy({ $0.settled != nil }) else { return nil }
    return .skipped(reason)
  }
}

extension JobError {
  /// What a worker did to an image at its second try.
  fileprivate static func worker(
    _ failure: WorkerFailure, _ timeout: Duration?, _ end: WorkerSocket.End
  ) -> JobError {
    if end.lackedMemory, case .died = failure {
      return JobError(
        stage: .decode, code: .limitMemory,
        message: "the worker process got no memory for it, twice (\(end.message)); lower --max-memory or --jobs")
    }
    return switch failure {
    case .silent: .timeout(timeout ?? .zero, stage: .decode)
    case .garbage: crashed("the worker process twice gave no sensible answer")
    case .died, .cannotStart, .notBegun: crashed("the worker process died twice on it (\(end.message))")
    }
  }

  private static func crashed(_ text: String) -> JobError {
    JobError(stage: .decode, code: .workerCrashed, message: "\(text); please report it with this file")
  }
}

/// How many workers take images, and how many threadsPerImage each resamples an image in, so that few images use all cores too.
struct WorkerAllocation {
  let workers: Int
  let threadsPerImage: Int

  init(workers: Int, images: Int?) {
    self.workers = max(1, min(workers, images ?? workers))
    threadsPerImage = max(1, workers / self.workers)
  }
}
