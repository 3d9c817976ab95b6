internal import Glibc
internal import ImageCodecs
internal import ImageErrors
internal import RunState
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// One worker process after another, for one thread. A dead worker is replaced, and the new one tries its image once more.
///
/// A worker opens the libraries of HEIC and the like only if an image needs them: the worker that meets the first such image is
/// replaced by one that has opened them.
final class WorkerSlot {
  private let program: WorkerProgram
  private var configuration: WorkerConfiguration
  private let memory: MemoryBudget
  private var worker: WorkerHandle?
  /// Why the libraries decode no image in this run; nil if they may, or if that is not known yet.
  private var refusal: JobError?

  /// - Parameter first: a running worker; nil to start one for the first image.
  init(
    _ program: WorkerProgram, _ configuration: WorkerConfiguration, _ memory: MemoryBudget,
    first: consuming WorkerHandle? = nil
  ) {
    self.program = program
    self.configuration = configuration
    self.memory = memory
    worker = first
  }

  /// A slot of a run whose other images are decoded in this process. It starts a worker for the first job.
  convenience init(
    _ program: WorkerProgram, _ options: ThumbnailOptions, threadsPerImage: Int, timeout: Duration?,
    _ memory: MemoryBudget
  ) {
    let configuration = WorkerConfiguration(
      options: options, threadsPerImage: threadsPerImage, timeout: timeout, memory: memory, parent: Int(getpid()))
    self.init(program, configuration, memory)
  }

  deinit { end() }

  /// Starts the worker before the first image needs it.
  func startIfNeeded() throws(ExecutorError) {
    if worker == nil { worker = try start() }
  }

  /// Ends the worker, which has no image.
  func end() {
    if let worker = worker.take() { _ = worker.end(.endOfInput) }
  }

  /// Lets a worker make the outputs of a job.
  /// - Parameters:
  ///   - job: at least one of its outputs must be made.
  ///   - source: the open source; nil to open it here.
  ///   - needsLibraries: whether its format is known to need them.
  /// - Returns: nil if the run ended before the image was begun.
  func outcome(
    of job: Job, source: consuming Descriptor? = nil, needsLibraries: Bool = false
  ) throws(ExecutorError) -> Outcome? {
    var opened = source
    var needsLibraries = needsLibraries
    var readTime = Duration.zero
    var tries = 0
    while true {
      if needsLibraries, let refusal = try openLibraries() { return .failed(refusal) }
      // Opened again for another try, because processes that share an open file share its offset.
      let source: Descriptor
      if let first = opened.take() {
        source = first
      } else {
        let begin = ContinuousClock.now
        do throws(JobError) { source = try SourceFile.open(job.source) } catch { return .failed(error) }
        readTime += .now - begin
      }
      try startIfNeeded()
      var admitted = 0
      do throws(WorkerFailure) {
        guard let outcome = try worker?.outcome(of: job, source: source, share: &admitted) else { throw .died }
        memory.release(admitted)
        guard !configuration.opensLibraries, outcome.needsIsolation else { return outcome.adding(readTime: readTime) }
        needsLibraries = true
      } catch {
        guard let worker = worker.take() else { throw .noWorker(path: program.path, reason: "it died") }
        // Its memory is free only after its end.
        let end = worker.end(.kill)
        memory.release(admitted)
        if case .notBegun = error { return nil }
        tries += 1
        // A second try would exceed the time limit again.
        if case .silent = error { tries = 2 }
        if tries == 2 { return .failed(.worker(error, configuration.timeout, end)) }
      }
    }
  }

  /// The outcome of a job whose format is decoded in worker processes only.
  func outcome(ofIsolated job: Job) throws(JobError) -> Outcome? {
    do throws(ExecutorError) { return try outcome(of: job, needsLibraries: true) } catch { throw JobError(error) }
  }

  /// Replaces the worker by one that has opened the libraries and is confined.
  /// - Returns: the reason why there is none.
  private func openLibraries() throws(ExecutorError) -> JobError? {
    if configuration.opensLibraries || refusal != nil { return refusal }
    end()
    configuration.opensLibraries = true
    worker = try start()
    refusal = worker?.confinement.refusalOfLibraries(configuration.options.limits)
    if refusal != nil {
      end()
      configuration.opensLibraries = false
    }
    return refusal
  }

  private func start() throws(ExecutorError) -> WorkerHandle {
    let started = try WorkerHandle(program, configuration, memory)
    program.report(started.confinement)
    return started
  }
}

extension Confinement {
  /// Why the libraries must not decode images in a worker with this confinement.
  func refusalOfLibraries(_ limits: DecodeLimits) -> JobError? {
    guard let filterError, !limits.allowsUnconfined else { return nil }
    return JobError(
      stage: .decode, code: .needsIsolation,
      message: "its format is only decoded where system calls can be filtered (seccomp: \(filterError.message))",
      hint: .allowUnconfined)
  }
}

extension Outcome {
  fileprivate var needsIsolation: Bool {
    guard case .failed(let error) = self else { return false }
    return error.code == .needsIsolation
  }
}

extension Outcome {
  /// Adds what the parent spent on the source.
  func adding(readTime: Duration) -> Outcome {
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

extension JobError {
  /// The error of an image that needs a worker process where none can be started.
  init(_ error: ExecutorError) {
    let reason =
      switch error {
      case .noWorker(let path, let reason): "\(path) cannot be started: \(reason)"
      case .notConfined(let gaps): gaps.joined(separator: "; ")
      }
    self.init(
      stage: .decode, code: .needsIsolation,
      message: "its format is only decoded in a confined worker process, and there is none (\(reason))")
  }
}
