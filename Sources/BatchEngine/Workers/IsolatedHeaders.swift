internal import ImageCodecs
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// Reads the headers of formats that are decoded in worker processes only. Starts a worker for the first one.
final class IsolatedHeaders {
  private let program: WorkerProgram
  private let options: ThumbnailOptions
  private var worker: WorkerHandle?

  init(_ program: WorkerProgram, _ limits: DecodeLimits) {
    self.program = program
    var options = ThumbnailOptions()
    options.limits = limits
    self.options = options
  }

  deinit {
    if let worker = worker.take() { _ = worker.end(.endOfInput) }
  }

  /// - Parameter decodes: whether the pixels are decoded too, to find damage.
  func read(_ path: FilePath, decodes: Bool = false) throws(JobError) -> ImageHeader {
    let file = try SourceFile.open(path)
    if worker == nil {
      do throws(ExecutorError) { worker = try .withLibraries(program, options) } catch { throw JobError(error) }
    }
    if let refusal = worker?.confinement.refusalOfLibraries(options.limits) { throw refusal }
    switch try reply(to: file, decodes) {
    case .header(let header): return header
    case .failed(let error): throw error
    }
  }

  private func reply(to file: borrowing Descriptor, _ decodes: Bool) throws(JobError) -> HeaderReply {
    do throws(WorkerFailure) {
      guard let reply = try worker?.header(of: file, decodes: decodes) else { throw .died }
      return reply
    } catch {
      let end = worker.take()?.end(.kill)
      throw JobError(
        stage: .decode, code: .workerCrashed, message: "the worker process died on it (\(end?.message ?? "unknown"))",
        hint: .reportFault)
    }
  }
}
