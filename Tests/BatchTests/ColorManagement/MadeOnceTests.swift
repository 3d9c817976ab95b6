import Dispatch
import Synchronization
import Testing

@testable import ColorManagement

@Suite struct MadeOnceTests {
  @Test func `making one value does not block another`() {
    let once = MadeOnce<Int, Int>(byteLimit: 1000)
    let value = once.value(1, byteCount: 1) {
      let done = DispatchSemaphore(value: 0)
      DispatchQueue.global().async {
        if once.value(2, byteCount: 1, make: { 20 }) == 20 { done.signal() }
      }
      return done.wait(timeout: .now() + .seconds(60)) == .success ? 10 : nil
    }
    #expect(value == 10)
  }

  @Test func `a value that cannot be made is not tried again`() {
    let once = MadeOnce<Int, Int>(byteLimit: 1000)
    #expect(once.value(1, byteCount: 1) { nil } == nil)
    #expect(once.value(1, byteCount: 1) { 10 } == nil)
  }

  @Test func `the cache stays below its limit`() {
    let once = MadeOnce<String, Int>(byteLimit: 10)
    let count = Mutex(0)
    func get(_ key: String, _ byteCount: Int) {
      _ = once.value(key, byteCount: byteCount) {
        count.withLock { $0 += 1 }
        return 1
      }
    }
    get("a", 6)
    get("a", 6)
    #expect(count.withLock { $0 } == 1)
    // The two do not fit together: the first is evicted.
    get("b", 6)
    get("a", 6)
    #expect(count.withLock { $0 } == 3)
    // Larger than the limit: made each time, without evicting anything.
    get("c", 11)
    get("c", 11)
    get("a", 6)
    #expect(count.withLock { $0 } == 5)
  }
}
