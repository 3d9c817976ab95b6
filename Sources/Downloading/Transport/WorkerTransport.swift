internal import Glibc
internal import SystemSupport
internal import TextFormatting
internal import WorkerIPC

/// Requests by worker processes, one at a time in each. A crash in libcurl costs one try of one address.
final class WorkerTransport: Transport {
  private struct Active {
    let worker: FetchProcess
    let lastMoment: ContinuousClock.Instant
  }

  /// The time that a live worker has to respond after its own timeout.
  private static let grace = Duration.seconds(3)

  private let program: String
  private let rules: RequestDefaults
  private let maxByteCount: Int
  private var idle: [FetchProcess] = []
  private var active: [RequestID: Active] = [:]
  private var ended: [(RequestID, Response)] = []
  private var nextNumber: UInt = 1

  /// Starts the given number of workers, so that a failure to start does not count as a failed download.
  /// - Parameter maxByteCount: the maximum size of a file.
  init(program: String, rules: RequestDefaults, maxByteCount: Int, workers: Int) throws(WorkerFailure) {
    self.program = program
    self.rules = rules
    self.maxByteCount = maxByteCount
    for _ in 0..<workers {
      idle.append(try FetchProcess(program: program, rules: rules, maxByteCount: maxByteCount))
    }
    for worker in idle { try worker.waitUntilConfined() }
  }

  deinit {
    for one in active.values { _ = one.worker.end(.kill) }
    for worker in idle { _ = worker.end(.endOfInput) }
  }

  /// The confinement of the workers; nil where there are none.
  var confinement: Confinement? { idle.first?.confinement }

  private func makeWorker() throws(WorkerFailure) -> FetchProcess {
    let worker = try FetchProcess(program: program, rules: rules, maxByteCount: maxByteCount)
    try worker.waitUntilConfined()
    return worker
  }

  func start(_ request: Request) -> RequestID? {
    guard let worker = try? idle.popLast() ?? makeWorker() else { return nil }
    let id = RequestID(uncheckedBits: nextNumber)
    nextNumber += 1
    active[id] = Active(
      worker: worker, lastMoment: .now + rules.totalTimeout + rules.connectTimeout + WorkerTransport.grace)
    // If the worker is dead, reading its response will fail.
    worker.send(request)
    return id
  }

  func advance(orWhenReadable file: CInt, for time: Duration) -> Bool {
    let order = Array(active)
    var questions = order.map { pollfd(fd: $0.value.worker.descriptor, events: Int16(POLLIN), revents: 0) }
    if file >= 0 { questions.append(pollfd(fd: file, events: Int16(POLLIN), revents: 0)) }
    _ = try? Polling.wait(for: &questions, milliseconds: Int32(clamping: time.milliseconds))
    for (index, (id, one)) in order.enumerated() {
      if questions[index].revents != 0 {
        receive(id, from: one.worker)
      } else if one.lastMoment < .now {
        active[id] = nil
        _ = one.worker.end(.kill)
        ended.append((id, .silence(.timedOut("the worker process does not answer"))))
      }
    }
    return true
  }

  private func receive(_ id: RequestID, from worker: FetchProcess) {
    active[id] = nil
    if let response = worker.response() {
      idle.append(worker)
      ended.append((id, response))
    } else {
      let end = worker.end(.kill)
      ended.append((id, .silence(.broken("the worker process died (\(end))"))))
    }
  }

  func nextEnded() -> (RequestID, Response)? { ended.popLast() }

  func cancel(_ id: RequestID) {
    if let one = active.removeValue(forKey: id) { _ = one.worker.end(.kill) }
  }

  /// Workers report only at the end of a request.
  func response(of id: RequestID) -> Response { .silence(.short) }
}

extension Response {
  fileprivate static func silence(_ end: End) -> Response {
    Response(
      end: end, status: 0, fileByteCount: 0, lengthIsKnown: false, location: nil, validator: Validator(),
      retryAfter: "",
      contentType: "")
  }
}
