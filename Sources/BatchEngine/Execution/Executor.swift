package import Parallelism
package import RunState
package import Thumbnailing
package import WorkerIPC

/// A way to run the jobs of a batch. All of them call the same `JobRunner.outcome(of:)` for each image.
package protocol Executor: Sendable {
  /// Runs every job, or those that begin before `stop` is set, and returns when the last one has ended.
  ///
  /// - Parameters:
  ///   - jobs: each worker takes one after another, and calls `finished` for each that it took.
  ///   - stop: checked before each job begins.
  /// - Returns: what reading the sources took.
  @discardableResult
  func run(_ jobs: any JobSource, options: ThumbnailOptions, stop: CancellationFlag) throws(ExecutorError)
    -> ReadReport
}

/// The mode of a run, with its workers and their limits.
package struct ExecutorOptions: Sendable {
  package var mode: ExecutionMode
  /// 1 or more; the mode `serial` ignores it.
  package var workers: Int
  package var limits = WorkLimits()
  /// The lifetime of worker processes.
  package var lifetime = WorkerLifetime.run
  /// What happens if worker processes cannot be confined.
  package var sandbox = SandboxRule.wanted

  package init(_ mode: ExecutionMode, workers: Int) {
    self.mode = mode
    self.workers = workers
  }

  /// - Parameter onConfinement: called once with the confinement of worker processes.
  package func executor(onConfinement: @escaping @Sendable (Confinement) -> Void) -> any Executor {
    let program = WorkerProgram(sandbox: sandbox, onConfinement: onConfinement)
    return switch mode {
    case .serial: SerialExecutor(limits: limits, program: program)
    case .threads: ThreadExecutor(workers: workers, limits: limits, program: program)
    case .processes: ProcessExecutor(workers: workers, program: program, limits: limits, lifetime: lifetime)
    }
  }
}
