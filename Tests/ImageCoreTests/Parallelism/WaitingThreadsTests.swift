import Synchronization
import TestSupport
import Testing

@testable import Parallelism

@Suite struct WaitingThreadsTests {
  /// - Parameter call: how long each call seems to take.
  private func threads(_ count: Int, call: Duration = .milliseconds(1)) -> WaitingThreads {
    WaitingThreads(count: count, now: AdvancingClock(step: call).now)
  }

  private func squares(_ count: Int, on threads: WaitingThreads) -> [Int] {
    var results: [Int] = []
    threads.map {
      $0 < count ? $0 : nil
    } body: {
      $0 * $0
    } take: {
      results.append($0)
    }
    return results
  }

  @Test("Results are in the order of the items for any number of threads", arguments: [0, 1, 2, 3, 32])
  func order(count: Int) {
    for items in [0, 1, 15, 16, 17, 300] {
      #expect(squares(items, on: threads(count)) == (0..<items).map { $0 * $0 })
    }
  }

  /// The number of states that some items needed: one for each thread.
  private func states(_ count: Int, call: Duration) -> Int {
    let states = Mutex(0)
    threads(3, call: call).map {
      $0 < count ? $0 : nil
    } state: {
      states.withLock { $0 += 1 }
    } body: { _, item in
      item
    } take: { _ in
    }
    return states.withLock { $0 }
  }

  @Test func `fast calls stay on the calling thread`() { #expect(states(1000, call: .microseconds(299)) == 1) }

  @Test func `threads start after 16 slow calls`() {
    #expect(states(15, call: .microseconds(301)) == 1)
    #expect(states(16, call: .microseconds(301)) == 4)
  }

  @Test func `one pause starts no thread`() {
    var meter = WaitMeter()
    for _ in 0..<10 {
      meter.add(.seconds(1), calls: 1)
      for _ in 1..<16 { meter.add(.microseconds(2), calls: 1) }
      #expect(!meter.isSlow)
    }
    for _ in 0..<16 { meter.add(.milliseconds(1), calls: 1) }
    #expect(meter.isSlow)
  }

  @Test("A stop ends the work", arguments: [0, 3])
  func stop(threads count: Int) {
    let stop = CancellationFlag()
    var results: [Int] = []
    threads(count).map(stop: stop) {
      $0
    } body: { item in
      if item == 100 { stop.cancel() }
      return item
    } take: {
      results.append($0)
    }
    #expect(results == Array(0..<results.count))
    // At most the window of results is ahead.
    #expect(results.count <= 112)
  }

  @Test func `a result that takes long delays later items only when the window is full`() {
    var items = OrderedItems<String>(window: 3)
    let steps = (0..<3).compactMap { _ in items.begin() }
    #expect(steps.count == 3)
    for index in [2, 1] { items.end(steps[index], (index, "\(index)")) }
    #expect(items.take() == nil && items.begin() == nil)
    items.end(steps[0], (0, "0"))
    #expect([items.take(), items.take()] == ["0", "1"])
    let last = (0..<3).compactMap { _ in items.begin() }
    #expect(last.count == 2)
    items.end(last[0], nil)
    #expect(!items.isOver && items.begin() == nil)
    items.end(last[1], nil)
    #expect(items.isOver && items.take() == "2" && items.take() == nil)
  }
}
