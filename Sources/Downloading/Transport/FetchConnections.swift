internal import Synchronization
package import WorkerIPC

/// What carries the requests of a run. Made before anything is asked of a server: worker processes start, and report what
/// confines them.
package final class FetchConnections: Sendable {
  /// Of the worker processes; nil without any.
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
    // The first worker says for all what confines them here.
    confinement = workers.confinement
    if let refusal = confinement.flatMap(rules.sandbox.refusal(of:)) { throw refusal }
    transport = Mutex(workers)
  }

  /// For the one who works with it; nil where there is no memory, or somebody has it.
  func take() -> (any Transport)? {
    transport.withLock { transport in
      let taken = transport
      transport = nil
      return taken
    }
  }
}
