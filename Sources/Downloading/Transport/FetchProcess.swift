internal import Glibc
internal import WorkerIPC

/// A worker process that performs one request at a time.
final class FetchProcess {
  private let connection: WorkerSocket
  private var replies: ReplyReader
  private(set) var confinement: Confinement?

  /// The time limit for messages that a worker sends at once: its report, and the rest of a response that has begun.
  private static let patience = Duration.seconds(20)

  /// Starts a worker and sends it the rules.
  /// - Parameter maxByteCount: the maximum size of a file.
  init(program: String, rules: RequestDefaults, maxByteCount: Int) throws(WorkerFailure) {
    connection = try WorkerSocket(path: program, variable: FetchWorker.variable)
    replies = ReplyReader(connection)
    var workerConfiguration = WireWriter()
    workerConfiguration.write(Int(getpid()))
    workerConfiguration.write(maxByteCount)
    rules.write(to: &workerConfiguration)
    // If the worker is dead, reading its report will fail.
    _ = connection.channel.send(workerConfiguration.bytes)
  }

  func waitUntilConfined() throws(WorkerFailure) {
    if let frame = try? replies.next(within: FetchProcess.patience) {
      var wire = WireReader(frame)
      confinement = try? Confinement(from: &wire)
    }
    if confinement == nil { throw .cannotStart(reason: end(.kill)) }
  }

  /// The descriptor to poll for a response.
  var descriptor: CInt { connection.channel.descriptor }

  /// If the worker is dead, reading its response will fail.
  func send(_ request: Request) { _ = connection.channel.send(request.bytes, with: request.file) }

  /// Reads a response that has begun to arrive; nil where it is malformed or incomplete.
  func response() -> Response? {
    guard let frame = try? replies.next(within: FetchProcess.patience) else { return nil }
    return try? Response(frame)
  }

  func end(_ termination: WorkerSocket.Termination) -> String { connection.end(termination).message }
}
