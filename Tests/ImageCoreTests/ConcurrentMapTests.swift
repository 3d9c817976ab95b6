import Testing

@testable import Parallelism

@Suite struct ConcurrentMapTests {
  @Test("Results stand in the order of the indices, for any number of workers", arguments: [0, 1, 2, 3, 8, 100])
  func order(workers: Int) {
    for count in [0, 1, 2, 7, 500] {
      #expect(concurrentMap(count: count, workers: workers) { $0 * $0 } == (0..<count).map { $0 * $0 })
    }
  }

  @Test("Each worker has a state of its own")
  func state() {
    let counts = concurrentMap(count: 300, workers: 3, state: { 0 }) { own, _ in
      own += 1
      return own
    }
    // As many workers began with 1 as took part.
    let workers = counts.count { $0 == 1 }
    #expect((1...3).contains(workers))
    #expect(counts.count == 300)
  }
}
