internal import Dispatch
internal import Synchronization

/// A condition variable, which `Synchronization` lacks: threads wait until a condition that others change becomes true.
package final class ConditionVariable: Sendable {
  /// One semaphore for each thread that waits. A thread joins under the lock under which it checked the condition, so it misses no
  /// `broadcast` that follows a change.
  private let waiting = Mutex<[DispatchSemaphore]>([])

  package init() {}

  /// Returns as soon as the body returns true. Calls it at once and after each `broadcast`.
  /// - Parameter interval: in nanoseconds. The body is also called at least once in each, for conditions that depend on time or on
  ///   a cancellation; nil for others.
  package func wait(checkingEvery interval: Int? = nil, until isOpen: () -> Bool) {
    while true {
      let signal = waiting.withLock { waiting -> DispatchSemaphore? in
        if isOpen() { return nil }
        let signal = DispatchSemaphore(value: 0)
        waiting.append(signal)
        return signal
      }
      guard let signal else { return }
      guard let interval else {
        signal.wait()
        continue
      }
      guard signal.wait(timeout: .now() + .nanoseconds(interval)) == .timedOut else { continue }
      waiting.withLock { waiting in waiting.removeAll { $0 === signal } }
    }
  }

  /// Wakes the thread that has waited longest.
  package func signal() {
    let first = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    first?.signal()
  }

  package func broadcast() {
    let signals = waiting.withLock { waiting in
      defer { waiting.removeAll() }
      return waiting
    }
    for signal in signals { signal.signal() }
  }
}
