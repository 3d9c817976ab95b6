internal import ColorManagement
internal import Glibc
internal import Parallelism
internal import Synchronization
internal import SystemSupport
internal import Thumbnailing

/// Threads that make thumbnails, and the requests that wait for them. Threads start when there is work for them, and end with the
/// pool.
final class WorkerPool: Sendable {
  private struct State {
    var waiting: [Request] = []
    var running = 0
    var threads = 0
    var isClosed = false
  }

  private let limits: ThumbnailLimits
  private let maxThreads: Int
  private let maxWaiting: Int?
  let memory: MemoryBudget
  private let transforms: ColorTransforms
  private let state = Mutex(State())
  private let changed = ConditionVariable()

  init(_ limits: ThumbnailLimits, threads: Int, maxWaiting: Int?) {
    self.limits = limits
    maxThreads = threads
    self.maxWaiting = maxWaiting
    memory = MemoryBudget(
      byteCount: limits.memoryByteCount, workers: threads, base: 0, overhead: WorkerPool.threadByteCount)
    transforms = ColorTransforms(byteLimit: memory.allowance / 4)
  }

  /// The stack of a thread, as far as it is used, and its part of the allocator.
  private static let threadByteCount = 1 << 17

  /// Threads that have started and not ended.
  var threadCount: Int { state.withLock { $0.threads } }

  var load: (waiting: Int, running: Int) { state.withLock { ($0.waiting.count, $0.running) } }

  /// Runs a request as soon as a thread is free, in the order of submission, or refuses it.
  func submit(_ request: Request) {
    enum Step { case wake, start, wait, refuse }
    let step = state.withLock { state -> Step in
      // Threads that have started, and those that are starting, take a request each. Below 0, some have none.
      let queued = state.waiting.count - (state.threads - state.running)
      let step: Step =
        queued < 0 ? .wake : state.threads < maxThreads ? .start : queued < maxWaiting ?? .max ? .wait : .refuse
      if step != .refuse { state.waiting.append(request) }
      if step == .start { state.threads += 1 }
      return step
    }
    switch step {
    case .wake: changed.signal()
    case .start: start()
    case .wait: break
    case .refuse: request.end(.failure(.busy))
    }
  }

  /// Starts a thread, which is counted already.
  private func start() {
    if let thread = startThread({ [self] in serve() }) {
      pthread_detach(thread)
      return
    }
    // The system has no thread left. Those that exist do the work; without any it cannot be done.
    let refused = state.withLock { state in
      state.threads -= 1
      defer { if state.threads == 0 { state.waiting = [] } }
      return state.threads == 0 ? state.waiting : []
    }
    for request in refused { request.end(.failure(.noThread)) }
  }

  /// Ends a request: at once if it waits for a thread, else at its next look at the time.
  func cancel(_ request: Request) {
    request.cancellation.cancel()
    let isWaiting = state.withLock { state in
      guard let index = state.waiting.firstIndex(where: { $0 === request }) else { return false }
      state.waiting.remove(at: index)
      return true
    }
    if isWaiting {
      request.end(.failure(.cancelled))
    } else {
      memory.recheck()
    }
  }

  /// Ends the threads. No request may be waiting.
  func close() {
    state.withLock { $0.isClosed = true }
    changed.broadcast()
  }

  /// The body of a thread.
  private func serve() {
    let engine = Engine(limits, memory, transforms)
    while let request = next() {
      let answer = request.answer(engine)
      state.withLock { $0.running -= 1 }
      request.end(answer)
    }
  }

  private func next() -> Request? {
    var found: Request?
    changed.wait { [self] in
      state.withLock { state in
        if !state.waiting.isEmpty {
          found = state.waiting.removeFirst()
          state.running += 1
        } else if state.isClosed {
          state.threads -= 1
        } else {
          return false
        }
        return true
      }
    }
    return found
  }
}
