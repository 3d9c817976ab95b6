internal import Dispatch
internal import Synchronization

/// `body` of every index in `0..<count`, over at most so many workers; the results stand in the order of the indices.
///
/// The one way in which this program uses more than one core: N iterations, each a worker that claims the next index
/// from an atomic until none is left, so that a long piece of work holds up one worker only. A worker's state is made
/// on its thread, belongs to it alone and ends with it. One worker is the calling thread.
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

/// The same for workers without a state.
package func concurrentMap<Result: Sendable>(
  count: Int, workers: Int, body: @Sendable (Int) -> Result
) -> [Result] {
  concurrentMap(count: count, workers: workers) {
  } body: { _, index in
    body(index)
  }
}
