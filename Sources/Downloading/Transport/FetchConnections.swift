internal import Synchronization
package import WorkerIPC

/// The transport of a run. It is created before the first request: worker processes start, and report their confinement.
package final class FetchConnections: Sendable {
  /// The confinement of the worker processes; nil without processes.
  package let confinement: Confinement?
  private let transport: Mutex<(any Transport)?>

  package init(_ rules: DownloadOptions) throws(ExecutorError) {
    guard let program = rules.workerProgram else {
      confinement = nil
      transport = Mutex(CurlTransport(rules: rules.request, connections: rules.connections))
      return
    }
    let workers: WorkerTransport
    do throws(WorkerFailure) {
      workers = try WorkerTransport(
        program: program, rules: rules.request, maxByteCount: rules.maxByteCount, workers: rules.connections)
    } catch {
      guard case .cannotStart(let reason) = error else { throw .noWorker(path: program, reason: "it died") }
      throw .noWorker(path: program, reason: reason)
    }
    // The first worker's report stands for all of them.
    confinement = workers.confinement
    if let refusal = confinement.flatMap(rules.sandbox.refusal(of:)) { throw refusal }
    transport = Mutex(workers)
  }

  /// Transfers the transport to its only user; nil where memory could not be allocated, or where it was taken already.
  func take() -> (any Transport)? {
    transport.withLock { transport in
      let taken = transport
      transport = nil
      return taken
    }
  }
}
