internal import Synchronization
package import WorkerIPC

/// The worker program of a run, and what the run does about its confinement.
package final class WorkerProgram: Sendable {
  let path: String
  let sandbox: SandboxRule
  /// Added to the workers' environment, as "NAME=value"; for tests.
  let variable: String?
  private let onConfinement: @Sendable (Confinement) -> Void
  private let isReported = Atomic(false)

  /// - Parameters:
  ///   - path: nil for `imgbatch-worker` next to this executable.
  ///   - sandbox: what happens if a worker cannot be confined completely.
  ///   - onConfinement: called once with the confinement of the first worker, which is that of all.
  package init(
    path: String? = nil, sandbox: SandboxRule = .wanted, variable: String? = nil,
    onConfinement: @escaping @Sendable (Confinement) -> Void = { _ in }
  ) {
    self.path = path ?? WorkerSocket.programNextToExecutable()
    self.sandbox = sandbox
    self.variable = variable
    self.onConfinement = onConfinement
  }

  func report(_ confinement: Confinement) {
    if !isReported.exchange(true, ordering: .relaxed) { onConfinement(confinement) }
  }
}
