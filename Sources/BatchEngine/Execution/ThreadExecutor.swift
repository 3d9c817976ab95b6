internal import ColorManagement
package import Parallelism
package import RunState
package import Thumbnailing

/// Workers on the threads of `DispatchQueue.concurrentPerform`. They share this process's memory; nothing is copied.
package struct ThreadExecutor: Executor {
  private let workers: Int
  private let limits: WorkLimits
  private let program: WorkerProgram

  /// - Parameters:
  ///   - workers: 1 or more. The system runs at most one for each core at the same time.
  ///   - program: the worker program for formats that are decoded in worker processes only.
  package init(workers: Int, limits: WorkLimits = WorkLimits(), program: WorkerProgram = WorkerProgram()) {
    precondition(workers >= 1, "a run has a worker")
    self.workers = workers
    self.limits = limits
    self.program = program
  }

  @discardableResult
  package func run(_ jobs: any JobSource, options: ThumbnailOptions, stop: CancellationFlag) -> ReadReport {
    let share = WorkerAllocation(workers: workers, images: jobs.count)
    let memory = MemoryBudget(limits, workers: share.workers, .thread, stop: stop)
    let sources = ReadAhead(
      jobs, options, limits.reading, workers: share.workers, delivery: .bytes,
      maxHeldByteCount: memory.sourceByteCount, stop: stop)
    let writers = WriteBehind(
      to: OutputFiles(existing: options.existing, durability: options.durability), options.clocks,
      maxByteCount: memory.outputByteCount, hasWriters: limits.hasWriters
    ) { sources.finished($0, $1) }
    let transforms = ColorTransforms(byteLimit: memory.allowance / 4)
    _ = concurrentMap(count: share.workers, workers: share.workers) { _ in
      let outputs = WorkerOutputs(writers)
      let runner = JobRunner(
        options: options, threadsPerImage: share.threadsPerImage, memory: memory, timeout: limits.timeout,
        readTimeout: limits.reading.timeout, transforms: transforms, destination: outputs,
        isolated: WorkerSlot(
          program, options, threadsPerImage: share.threadsPerImage, timeout: limits.timeout, memory))
      sources.runWorker {
        runner.outcome(of: $0)
      } ended: {
        outputs.end($0, $1)
      }
    }
    let count = writers.end()
    var report = sources.end()
    report.writers = count
    return report
  }
}
