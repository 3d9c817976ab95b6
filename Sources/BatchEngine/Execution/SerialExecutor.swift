package import Parallelism
package import RunState
package import Thumbnailing

/// One image after another on the calling thread, which also writes its outputs. Readers only work ahead of it if their number is
/// given.
package struct SerialExecutor: Executor {
  private let limits: WorkLimits
  private let program: WorkerProgram

  /// - Parameter program: the worker program for formats that are decoded in worker processes only.
  package init(limits: WorkLimits = WorkLimits(), program: WorkerProgram = WorkerProgram()) {
    self.limits = limits
    self.program = program
  }

  @discardableResult
  package func run(_ jobs: any JobSource, options: ThumbnailOptions, stop: CancellationFlag) -> ReadReport {
    let memory = MemoryBudget(limits, workers: 1, .thread, stop: stop)
    let runner = JobRunner(
      options: options, threadsPerImage: 1, memory: memory, timeout: limits.timeout,
      readTimeout: limits.reading.timeout,
      destination: OutputFiles(existing: options.existing, durability: options.durability),
      isolated: WorkerSlot(program, options, threadsPerImage: 1, timeout: limits.timeout, memory))
    var reading = limits.reading
    reading.readers = reading.readers ?? 0
    let sources = ReadAhead(
      jobs, options, reading, workers: 1, delivery: .bytes, maxHeldByteCount: memory.sourceByteCount, stop: stop)
    sources.runWorker {
      runner.outcome(of: $0)
    } ended: {
      sources.finished($0, $1)
    }
    return sources.end()
  }
}
