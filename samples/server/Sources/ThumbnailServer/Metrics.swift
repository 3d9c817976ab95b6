import Hummingbird
import Synchronization

/// What the server has done since its start, in the text format of Prometheus.
final class Metrics: Sendable {
  /// Upper bounds in seconds.
  private static let bounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

  private struct State {
    var responses: [Int: Int] = [:]
    /// Times between two bounds; the last are those above all.
    var times = [Int](repeating: 0, count: Metrics.bounds.count + 1)
    var seconds = 0.0
  }

  private let state = Mutex(State())

  func count(_ status: HTTPResponse.Status) { state.withLock { $0.responses[status.code, default: 0] += 1 } }

  /// Runs work and takes its time, whether it succeeds or not.
  func timing<Value>(_ work: () async throws -> Value) async throws -> Value {
    let start = ContinuousClock.now
    defer {
      let seconds = start.duration(to: .now) / .seconds(1)
      state.withLock { state in
        state.times[Metrics.bounds.firstIndex { seconds <= $0 } ?? Metrics.bounds.count] += 1
        state.seconds += seconds
      }
    }
    return try await work()
  }

  func response(load: (waiting: Int, running: Int)) -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text(load))))
  }

  private func text(_ load: (waiting: Int, running: Int)) -> String {
    let state = state.withLock { $0 }
    var lines = ["# HELP thumbnail_responses_total Responses by status.", "# TYPE thumbnail_responses_total counter"]
    for (status, count) in state.responses.sorted(by: { $0.key < $1.key }) {
      lines.append("thumbnail_responses_total{status=\"\(status)\"} \(count)")
    }
    lines += [
      "# HELP thumbnail_seconds Time from the request for a thumbnail to its end, with the wait for a thread.",
      "# TYPE thumbnail_seconds histogram",
    ]
    var total = 0
    for (bound, count) in zip(Metrics.bounds.map { "\($0)" } + ["+Inf"], state.times) {
      total += count
      lines.append("thumbnail_seconds_bucket{le=\"\(bound)\"} \(total)")
    }
    lines += [
      "thumbnail_seconds_sum \(state.seconds)", "thumbnail_seconds_count \(total)",
      "# HELP thumbnail_images Images that wait for a thread, and images in work.", "# TYPE thumbnail_images gauge",
      "thumbnail_images{state=\"waiting\"} \(load.waiting)", "thumbnail_images{state=\"running\"} \(load.running)",
    ]
    return lines.joined(separator: "\n") + "\n"
  }
}
