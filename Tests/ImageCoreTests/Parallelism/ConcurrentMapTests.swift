import Testing

@testable import Parallelism

@Suite struct ConcurrentMapTests {
  @Test("Results are in index order for any number of workers", arguments: [0, 1, 2, 3, 8, 100])
  func order(workers: Int) {
    for count in [0, 1, 2, 7, 500] {
      #expect(concurrentMap(count: count, workers: workers) { $0 * $0 } == (0..<count).map { $0 * $0 })
    }
  }

  @Test("Each worker has its own state")
  func state() {
    let counts = concurrentMap(count: 300, workers: 3, state: { 0 }) { own, _ in
      own += 1
      return own
    }
    // Each worker that took part returned 1 once.
    let workers = counts.count { $0 == 1 }
    #expect((1...3).contains(workers))
    #expect(counts.count == 300)
  }
}
