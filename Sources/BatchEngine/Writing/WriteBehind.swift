internal import Glibc
internal import ImageErrors
internal import Parallelism
internal import RunState
internal import Synchronization
internal import SystemSupport
internal import Thumbnailing

/// Made files on their way to slow storage, so that no core waits for it.
///
/// As long as storage is fast, workers write their outputs themselves. Where writing takes a fair share of their time, they leave
/// copies of their files here and take the next job. Writers, on threads that take no core while they wait, write them. A job's
/// outcome is reported when its last file has its name, so no record is ahead of the files.
///
/// The memory for copies is limited. Where it is used up, a worker writes its files itself: no worker waits for a writer.
final class WriteBehind: Sendable {
  private struct State {
    var share = WaitShare()
    var queue: ArraySlice<MadeJob> = []
    /// Of all copies: those that workers collect for a job, those in the queue, and those that are being written.
    var byteCount = 0
    var writers = 0
    /// Writers that are writing.
    var busy = 0
    var isOver = false
    var mostWriters = 0

    mutating func take() -> MadeJob? {
      let made = queue.popFirst()
      if made != nil { busy += 1 }
      return made
    }
  }

  static let maxWriters = 16
  /// Jobs that wait for a writer. After a stop signal they are still written.
  private static let maxQueueLength = 2 * maxWriters

  let destination: any OutputDestination & Sendable
  private let clocks: StageClocks
  private let maxByteCount: Int
  private let isFixed: Bool
  private let report: @Sendable (Job, Outcome?) -> Void
  private let state = Mutex(State())
  private let hasWriters: Atomic<Bool>
  private let writerDoor = ConditionVariable()
  private let endDoor = ConditionVariable()

  /// - Parameters:
  ///   - maxByteCount: memory for copies.
  ///   - hasWriters: nil to choose it by what is measured.
  ///   - report: called once for each job, on any thread.
  init(
    to destination: any OutputDestination & Sendable, _ clocks: StageClocks = .wall, maxByteCount: Int,
    hasWriters: Bool? = nil, report: @escaping @Sendable (Job, Outcome?) -> Void
  ) {
    self.destination = destination
    self.clocks = clocks
    self.maxByteCount = maxByteCount
    isFixed = hasWriters != nil
    self.hasWriters = Atomic(hasWriters ?? false)
    self.report = report
  }

  // MARK: - Workers

  /// Room for a copy.
  /// - Returns: false if the worker must write the file itself.
  func reserve(_ byteCount: Int) -> Bool {
    guard hasWriters.load(ordering: .relaxed) else { return false }
    return state.withLock { state in
      guard byteCount <= maxByteCount - state.byteCount, state.queue.count < WriteBehind.maxQueueLength else {
        return false
      }
      state.byteCount += byteCount
      return true
    }
  }

  func release(_ byteCount: Int) { state.withLock { $0.byteCount -= byteCount } }

  /// Leaves a job to the writers. There is room for its files.
  func append(_ made: MadeJob) {
    let needsWriter = state.withLock { state in
      state.queue.append(made)
      guard state.queue.count > state.writers - state.busy, state.writers < WriteBehind.maxWriters else { return false }
      state.writers += 1
      state.mostWriters = max(state.mostWriters, state.writers)
      return true
    }
    if needsWriter { startWriter() }
    writerDoor.signal()
  }

  /// A job has ended. May start or end the use of writers.
  func ended(_ job: Job, _ outcome: Outcome?) {
    if !isFixed, case .written(let image) = outcome {
      state.withLock { state in
        state.share.add(
          waiting: UInt64(image.times[.write].nanoseconds), byteCount: image.outputByteCount,
          computing: image.times.computing)
        let uses = hasWriters.load(ordering: .relaxed)
        if uses ? state.share.isShort : state.share.isFair {
          hasWriters.store(!uses, ordering: .relaxed)
          state.share = WaitShare()
        }
      }
    }
    report(job, outcome)
  }

  /// Waits until all files are written. Call it once, when all workers have ended.
  /// - Returns: the largest number of writers; 0 if there were none.
  func end() -> Int {
    state.withLock { $0.isOver = true }
    writerDoor.broadcast()
    endDoor.wait { state.withLock { $0.writers == 0 } }
    return state.withLock { $0.mostWriters }
  }

  // MARK: - Writers

  private func startWriter() {
    if let thread = startThread({ [self] in runWriter() }) { return _ = pthread_detach(thread) }
    let isAlone = state.withLock { state in
      state.writers -= 1
      return state.writers == 0
    }
    // Without a thread, the worker does the work of a writer.
    if isAlone { while let made = state.withLock({ $0.take() }) { write(made) } }
  }

  private func runWriter() {
    while let made = next() { write(made) }
    endDoor.broadcast()
  }

  /// Nil ends the writer.
  private func next() -> MadeJob? {
    var made: MadeJob?
    writerDoor.wait {
      state.withLock { state in
        made = state.take()
        if made == nil, state.isOver { state.writers -= 1 }
        return made != nil || state.isOver
      }
    }
    return made
  }

  private func write(_ made: MadeJob) {
    let outcome = made.write(to: destination, clocks)
    state.withLock { state in
      state.busy -= 1
      state.byteCount -= made.byteCount
    }
    ended(made.job, outcome)
  }
}
