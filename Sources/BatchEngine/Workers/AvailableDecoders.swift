internal import Glibc
package import ImageCodecs
package import ImageCore
internal import Parallelism
internal import RunState
internal import Thumbnailing
package import WorkerIPC

/// What decodes each format on this machine, and how well worker processes are confined.
package struct AvailableDecoders: Sendable {
  package let confinement: Confinement
  private let decoders: [ImageFormat: DecoderAvailability]

  /// Starts a worker process that opens the libraries and reports them. This process opens none.
  package init(_ program: WorkerProgram = WorkerProgram()) throws(ExecutorError) {
    let worker = try WorkerHandle.withLibraries(program, ThumbnailOptions())
    (confinement, decoders) = (worker.confinement, worker.decoders)
    _ = worker.end(.endOfInput)
  }

  package subscript(format: ImageFormat) -> DecoderAvailability { decoders[format] ?? .needsIsolation }
}

extension WorkerHandle {
  /// A worker for one image after another, which has opened the libraries.
  static func withLibraries(
    _ program: WorkerProgram, _ options: ThumbnailOptions
  ) throws(ExecutorError) -> WorkerHandle {
    let limits = WorkLimits()
    let memory = MemoryBudget(limits, workers: 1, .process, stop: CancellationFlag())
    var configuration = WorkerConfiguration(
      options: options, threadsPerImage: 1, timeout: limits.timeout, memory: memory, parent: Int(getpid()))
    configuration.opensLibraries = true
    return try WorkerHandle(program, configuration, memory)
  }
}
