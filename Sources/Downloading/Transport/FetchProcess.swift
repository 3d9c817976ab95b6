internal import Glibc
internal import WorkerIPC

/// A worker process that downloads, one request at a time.
final class FetchProcess {
  private let connection: WorkerSocket
  private var replies: ReplyReader
  private(set) var confinement: Confinement?

  /// For what a worker sends at once: its report, and an answer that has begun to come.
  private static let patience = Duration.seconds(20)

  /// Starts a worker and sends it the rules.
  /// - Parameter mostByteCount: that a file may grow to.
  init(program: String, rules: RequestDefaults, maxByteCount: Int) throws(WorkerFailure) {
    connection = try WorkerSocket(path: program, variable: FetchWorker.variable)
    replies = ReplyReader(connection)
    var workerConfiguration = WireWriter()
    workerConfiguration.write(Int(getpid()))
    workerConfiguration.write(maxByteCount)
    rules.write(to: &workerConfiguration)
    // A worker that is dead already is noticed when its report is read.
    _ = connection.channel.send(workerConfiguration.bytes)
  }

  func waitUntilConfined() throws(WorkerFailure) {
    if let frame = try? replies.next(within: FetchProcess.patience) {
      var wire = WireReader(frame)
      confinement = try? Confinement(from: &wire)
    }
    if confinement == nil { throw .cannotStart(reason: end(.kill)) }
  }

  /// To be polled for an answer.
  var descriptor: CInt { connection.channel.descriptor }

  /// One that is gone is noticed when its answer is waited for.
  func send(_ request: Request) { _ = connection.channel.send(request.bytes, with: request.file) }

  /// The answer that has begun to come; nil where it is none.
  func response() -> Response? {
    guard let frame = try? replies.next(within: FetchProcess.patience) else { return nil }
    return try? Response(frame)
  }

  func end(_ termination: WorkerSocket.Termination) -> String { connection.end(termination).message }
}
