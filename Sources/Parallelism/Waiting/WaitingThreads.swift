internal import Glibc
internal import Synchronization

/// Threads for work that may wait for storage. The work begins on the calling thread. The others start only if its calls wait:
/// while storage waits, many threads cost nothing, but what is in memory is read fastest by one.
package struct WaitingThreads: Sendable {
  /// As many calls as storage on a network usually takes at once.
  package static let storage = WaitingThreads(count: 32)

  private let count: Int
  private let now: @Sendable () -> ContinuousClock.Instant

  package init(count: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    self.count = count
    self.now = now
  }

  /// Does all steps of some work, or those that begin before `stop` is set.
  /// - Parameters:
  ///   - state: creates the state of each thread.
  ///   - perform: does a step on any thread.
  ///   - take: gets the results in their order, on the calling thread.
  package func run<Work: OrderedWork, State>(
    _ work: Work, stop: CancellationFlag? = nil, state: @escaping @Sendable () -> State,
    perform: @escaping @Sendable (inout State, Work.Step) -> Work.StepResult, take: (Work.Output) -> Void
  ) {
    var work = work
    var own = state()
    var meter = WaitMeter()
    while stop?.isCancelled != true, let step = work.begin() {
      let began = now()
      let result = perform(&own, step)
      meter.add(now() - began, calls: Work.callCount(of: step))
      work.end(step, result)
      while let output = work.take() { take(output) }
      if meter.isSlow {
        return SharedWork(work, stop: stop).run(on: count, own: &own, state: state, perform: perform, take: take)
      }
    }
  }

  /// Calls `body` for each item, and `take` with each result in the order of the items.
  /// - Parameters:
  ///   - next: the item with an index; nil after the last one. Called by one thread at a time.
  ///   - take: called on the calling thread.
  package func map<Item, State, Result: Sendable>(
    stop: CancellationFlag? = nil, next: @escaping @Sendable (Int) -> Item?, state: @escaping @Sendable () -> State,
    body: @escaping @Sendable (inout State, Item) -> Result, take: (Result) -> Void
  ) {
    var own = state()
    var meter = WaitMeter()
    var index = 0
    while stop?.isCancelled != true, let item = next(index) {
      let began = now()
      let result = body(&own, item)
      meter.add(now() - began, calls: 1)
      take(result)
      index += 1
      if !meter.isSlow { continue }
      let items = Items(next, from: index)
      let rest = OrderedItems<Result>(from: index, window: max(1, 4 * count))
      return SharedWork(rest, stop: stop).run(on: count, own: &own, state: state) { own, _ in
        items.next().map { ($0.index, body(&own, $0.item)) }
      } take: {
        take($0)
      }
    }
  }

  /// The same for items without state.
  package func map<Item, Result: Sendable>(
    stop: CancellationFlag? = nil, next: @escaping @Sendable (Int) -> Item?,
    body: @escaping @Sendable (Item) -> Result, take: (Result) -> Void
  ) {
    map(stop: stop, next: next, state: {}) { _, item in
      body(item)
    } take: {
      take($0)
    }
  }
}

/// The remaining items of a map.
private final class Items<Item>: Sendable {
  private let item: @Sendable (Int) -> Item?
  private let count: Mutex<Int>

  init(_ item: @escaping @Sendable (Int) -> Item?, from index: Int) {
    self.item = item
    count = Mutex(index)
  }

  func next() -> (index: Int, item: Item)? {
    count.withLock { count in
      guard let item = item(count) else { return nil }
      defer { count += 1 }
      return (count, item)
    }
  }
}

/// Work whose steps several threads do.
private final class SharedWork<Work: OrderedWork>: Sendable {
  private let work: Mutex<Work>
  private let stop: CancellationFlag?
  private let door = ConditionVariable()

  init(_ work: Work, stop: CancellationFlag?) {
    self.work = Mutex(work)
    self.stop = stop
  }

  private var isStopped: Bool { stop?.isCancelled == true }

  func run<State>(
    on count: Int, own: inout State, state: @escaping @Sendable () -> State,
    perform: @escaping @Sendable (inout State, Work.Step) -> Work.StepResult, take: (Work.Output) -> Void
  ) {
    let threads = (0..<count).compactMap { _ in
      startThread {
        var own = state()
        while let step = self.begin() { self.end(step, perform(&own, step)) }
      }
    }
    while true {
      var outputs: [Work.Output] = []
      var step: Work.Step?
      door.wait {
        work.withLock { work in
          while let output = work.take() { outputs.append(output) }
          // Without threads, which the system may refuse, the calling thread does the steps.
          if outputs.isEmpty, threads.isEmpty, !isStopped { step = work.begin() }
          return !outputs.isEmpty || step != nil || work.isOver || isStopped
        }
      }
      if let step { end(step, perform(&own, step)) } else if outputs.isEmpty { break }
      // Steps that waited until results leave can begin.
      if !outputs.isEmpty { door.broadcast() }
      for output in outputs { take(output) }
    }
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Waits for a step that can begin; nil after the last one.
  private func begin() -> Work.Step? {
    var step: Work.Step?
    door.wait {
      work.withLock { work in
        if isStopped { return true }
        step = work.begin()
        return step != nil || work.isOver
      }
    }
    return step
  }

  private func end(_ step: Work.Step, _ result: Work.StepResult) {
    work.withLock { $0.end(step, result) }
    door.broadcast()
  }
}
