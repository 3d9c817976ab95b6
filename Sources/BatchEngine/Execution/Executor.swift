package import Parallelism
package import RunState
internal import Synchronization
package import Thumbnailing
package import WorkerIPC

/// A way to run the jobs of a batch. All of them call the same `JobRunner.outcome(of:)` for each image.
package protocol Executor: Sendable {
  /// Runs every job, or those that start before `stop` is asked for, and returns when the last has ended.
  ///
  /// - Parameters:
  ///   - jobs: claimed one after another, by as many workers as there are.
  ///   - options: what becomes of each image.
  ///   - stop: looked at before each job is begun.
  ///   - report: called once a job that was begun, from any thread, two at once where there are two workers.
  func run(
    _ jobs: any JobSource, options: ThumbnailOptions, stop: CancellationFlag,
    report: @escaping @Sendable (Job, Outcome) -> Void
  ) throws(ExecutorError)
}

/// The executor of a mode.
/// - Parameters:
///   - workers: 1 or more; `serial` has one whatever is asked.
///   - lifetime: of worker processes, where the mode has them.
///   - sandbox: what a worker process that cannot be confined in full means.
///   - onConfinement: called once with what confines worker processes.
package func executor(
  for mode: ExecutionMode, workers: Int, limits: WorkLimits = WorkLimits(), lifetime: WorkerLifetime = .run,
  sandbox: SandboxRule = .wanted, onConfinement: @escaping @Sendable (Confinement) -> Void = { _ in }
) -> any Executor {
  switch mode {
  case .serial: SerialExecutor(limits: limits)
  case .threads: ThreadExecutor(workers: workers, limits: limits)
  case .processes:
    ProcessExecutor(
      workers: workers, limits: limits, lifetime: lifetime, sandbox: sandbox, onConfinement: onConfinement)
  }
}
