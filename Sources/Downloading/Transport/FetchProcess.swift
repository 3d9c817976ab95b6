internal import Glibc
internal import WorkerIPC

/// A worker process that downloads, one request at a time.
final class FetchProcess {
  private let connection: WorkerConnection
  private var replies: ReplyReader
  private(set) var confinement: Confinement?

  /// For what a worker sends at once: its report, and an answer that has begun to come.
  private static let patience = Duration.seconds(20)

  /// Starts a worker and sends it the rules.
  /// - Parameter mostByteCount: that a file may grow to.
  init(program: String, rules: RequestRules, mostByteCount: Int) throws(WorkerFailure) {
    connection = try WorkerConnection(path: program, variable: FetchWorker.variable)
    replies = ReplyReader(connection)
    var greeting = WireWriter()
    greeting.write(Int(getpid()))
    greeting.write(mostByteCount)
    rules.write(to: &greeting)
    // A worker that is dead already is noticed when its report is read.
    _ = connection.channel.send(greeting.bytes)
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
  func answer() -> Answer? {
    guard let frame = try? replies.next(within: FetchProcess.patience) else { return nil }
    return try? Answer(frame)
  }

  func end(_ manner: WorkerConnection.Manner) -> String { connection.end(manner).words }
}
