import Testing

@testable import Downloading
@testable import TextFormatting

@Suite("The request rate of hosts that refuse requests")
struct PaceTests {
  @Test("Refusals halve the concurrent requests, then increase the spacing; answers restore both")
  func steps() {
    let now = ContinuousClock.now
    var pace = HostPace(maxAtOnce: 6)
    #expect(!pace.isSlowed)
    pace.refused(wish: .seconds(1), now: now)
    // These were sent before the first refusal was known.
    for _ in 1...4 { pace.refused(wish: .seconds(1), now: now + .milliseconds(10)) }
    #expect(pace.atOnce == 3 && pace.spacing == .zero && pace.isSlowed)
    pace.refused(wish: .seconds(1), now: now + .seconds(1))
    pace.refused(wish: .seconds(1), now: now + .seconds(2))
    #expect(pace.atOnce == 1 && pace.spacing == .milliseconds(1050))
    pace.refused(wish: .seconds(1), now: now + .seconds(3))
    #expect(pace.spacing == .milliseconds(1575))
    for _ in 1...20 { pace.served() }
    #expect(pace.spacing == .milliseconds(1575) * 3 / 4)
    for _ in 1...1000 { pace.served() }
    #expect(!pace.isSlowed && pace.atOnce == 6)
  }

  /// A simulated server that accepts one request per interval and asks the others to wait for that long. The clock is simulated.
  @Test("A host with a rate limit serves everything, each item within its tries", arguments: [1, 2, 5])
  func limited(seconds: Int) {
    let interval = Duration.seconds(seconds)
    var now = ContinuousClock.now
    var free = now
    var queue = PerHostQueue<Int>(perHost: 6)
    var refusals: [Int: Int] = [:]
    var (served, requests) = (0, 0)
    for index in 0..<60 { queue.add(index, host: "a") }
    while queue.count > 0, requests < 1000 {
      var started: [Int] = []
      while let item = queue.next(now: now) { started.append(item) }
      for item in started {
        requests += 1
        queue.release("a")
        if now >= free {
          free = now + interval
          served += 1
          queue.served(by: "a")
        } else {
          refusals[item, default: 0] += 1
          queue.slowDown("a", wish: interval, now: now)
          queue.rest("a", until: now + interval)
          queue.add(item, host: "a", notBefore: now + interval)
        }
      }
      now = max(now + .milliseconds(1), queue.nextTime ?? now)
    }
    #expect(served == 60 && requests < 80, "\(requests) requests")
    #expect(refusals.values.max() ?? 0 <= 4)
  }
}
