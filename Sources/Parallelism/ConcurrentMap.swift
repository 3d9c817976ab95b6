internal import Dispatch
internal import Synchronization

/// Calls `body` for every index in `0..<count`, on at most `workers` threads. The results are in the order of the indices.
///
/// All parallel computation of this program uses this function. Each of the workers claims the next index from an atomic counter
/// until none is left, so a long item occupies only one worker. A worker creates its state on its thread, uses it alone and
/// releases it at the end. The calling thread is one of the workers.
package func concurrentMap<State, Result: Sendable>(
  count: Int, workers: Int, state: @Sendable () -> State, body: @Sendable (inout State, Int) -> Result
) -> [Result] {
  let workers = min(workers, count)
  if workers <= 1 {
    var own = state()
    return (0..<max(count, 0)).map { body(&own, $0) }
  }
  let next = Atomic(0)
  let results = Mutex([Result?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: workers) { _ in
    var own = state()
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let result = body(&own, index)
      results.withLock { $0[index] = result }
    }
  }
  return results.withLock { all in
    all.map { result in
      guard let result else { preconditionFailure("every index below the count is claimed once") }
      return result
    }
  }
}

/// The same for workers without state.
package func concurrentMap<Result: Sendable>(
  count: Int, workers: Int, body: @Sendable (Int) -> Result
) -> [Result] {
  concurrentMap(count: count, workers: workers) {
  } body: { _, index in
    body(index)
  }
}
