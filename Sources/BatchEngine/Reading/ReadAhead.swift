internal import Glibc
internal import ImageCodecs
internal import ImageErrors
internal import Parallelism
internal import RunState
internal import Synchronization
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// The jobs of a run for its workers. Where storage makes workers wait, readers open and read the sources ahead of them, on
/// threads that take no core while they wait.
///
/// A worker calls `next` and `finished`, as it would with a `JobSource`. As long as storage is fast, that is all that happens,
/// and workers open and read the sources themselves.
///
/// A reader takes the next job, decides which outputs to skip, opens the source and reads it. Workers get the jobs in the order in
/// which they are ready. A read that exceeds its limit fails its job; its thread is left behind, because nothing ends a system
/// call that does not return.
final class ReadAhead: Sendable {
  /// What a reader leaves behind for a worker.
  enum Delivery: Sendable {
    /// Bytes in memory.
    case bytes
    /// An open file with its pages in the cache of the system: for worker processes.
    case pages
  }

  /// Sources that are being read, opened or claimed.
  private struct InFlight {
    let job: Job
    /// When storage was first asked; nil while the reader waits for memory.
    var since: UInt64?
  }

  private struct State {
    var control: ReaderControl
    var ready: ArraySlice<ReadyJob> = []
    /// A job that was taken before readers started.
    var returned: Job?
    var inFlight: [Int: InFlight] = [:]
    var nextNumber = 0
    /// Readers that are asking for a job.
    var claiming = 0
    /// Threads, without those that were left behind.
    var readers = 0
    var abandoned = 0
    /// The sources in memory, in bytes, by the index of their job.
    var held: [Int: Int] = [:]
    var heldByteCount = 0
    var isExhausted = false
    var isOver = false
    var report = ReadReport()

    /// Whether there may be jobs that no reader has claimed.
    var hasUnclaimed: Bool { !isExhausted || returned != nil }

    mutating func release(_ job: Job) {
      if let byteCount = held.removeValue(forKey: job.index) { heldByteCount -= byteCount }
    }
  }

  private enum Step {
    case job(ReadyJob)
    /// Readers were stopped: take the job itself.
    case readItself
    /// No thread is left to read with.
    case fail
    case end
  }

  private let jobs: any JobSource
  private let existing: ExistingOutput
  private let byteLimit: Int
  private let limits: ReadLimits
  private let workers: Int
  private let delivery: Delivery
  /// For sources in memory.
  private let maxHeldByteCount: Int
  private let stop: CancellationFlag
  private let storage: any SourceStorage
  private let startThread: ThreadStart
  private let state: Mutex<State>
  private let hasReaders: Atomic<Bool>
  private let isFirst = Atomic<Bool>(true)
  private let workerDoor = ConditionVariable()
  private let readerDoor = ConditionVariable()

  /// Starts a detached thread; false if the system refuses it.
  typealias ThreadStart = @Sendable (_ body: @escaping @Sendable () -> Void) -> Bool

  /// Time limits and cancellations are seen at least so often, in nanoseconds.
  private static let interval = 20_000_000

  /// - Parameters:
  ///   - jobs: each that it returns is passed to its `finished`.
  ///   - workers: that call `next`.
  ///   - maxHeldByteCount: memory for sources that are ready; larger ones are only brought into the cache of the system.
  ///   - startThread: for tests.
  init(
    _ jobs: any JobSource, _ options: ThumbnailOptions, _ limits: ReadLimits, workers: Int, delivery: Delivery,
    maxHeldByteCount: Int, stop: CancellationFlag, storage: any SourceStorage = FileStorage(),
    startThread: @escaping ThreadStart = { Parallelism.startThread($0).map { pthread_detach($0) } != nil }
  ) {
    self.jobs = jobs
    existing = options.existing
    byteLimit = options.limits.fileByteCount
    self.limits = limits
    self.workers = workers
    self.delivery = delivery
    self.maxHeldByteCount = maxHeldByteCount
    self.stop = stop
    self.storage = storage
    self.startThread = startThread
    let control = ReaderControl(fixed: limits.readers, workers: workers, isRemote: false, now: storage.now)
    state = Mutex(State(control: control))
    hasReaders = Atomic(control.count > 0)
    if control.count > 0 { adjustReaders() }
  }

  // MARK: - Workers

  /// Calls `process` for one job after another until there are no more or the run is cancelled.
  /// - Parameter ended: passes each job to `finished`, at once or later.
  func runWorker(_ process: (consuming PreparedJob) -> Outcome?, ended: (Job, Outcome?) -> Void) {
    while let prepared = next() {
      let job = prepared.job
      let outcome = process(prepared)
      sourceEnded(of: job)
      ended(job, outcome)
    }
  }

  /// A job's source is no longer in memory. Readers get its room before the job's outputs are written.
  private func sourceEnded(of job: Job) {
    guard hasReaders.load(ordering: .relaxed) else { return }
    state.withLock { $0.release(job) }
    readerDoor.signal()
  }

  /// The next job; nil if there are no more or the run is cancelled.
  func next() -> PreparedJob? {
    while !stop.isCancelled {
      if !hasReaders.load(ordering: .acquiring) {
        if let job = state.withLock({ $0.returned.take() }) ?? jobs.next() {
          if isFirst.exchange(false, ordering: .relaxed), limits.readers == nil, storage.isRemote(job.source) {
            startAtOnce(job)
            continue
          }
          return PreparedJob(job)
        }
        state.withLock { $0.isExhausted = true }
      }
      switch waitForReaders() {
      case .job(let ready): return ready.take()
      case .readItself: continue
      case .fail:
        guard let job = jobs.next() else { return nil }
        return PreparedJob(job, .ended(.failed(.readTimeout(limits.timeout ?? .zero))))
      case .end: return nil
      }
    }
    return nil
  }

  /// - Parameter outcome: nil if the job was not begun.
  func finished(_ job: Job, _ outcome: Outcome?) {
    let wantsReaders = state.withLock { state in
      state.release(job)
      if case .written(let image) = outcome {
        state.report.add(image.times)
        state.control.imageEnded(
          reading: UInt64(image.times[.read].nanoseconds), byteCount: image.sourceByteCount,
          computing: image.times.computing, now: storage.now)
      }
      return state.control.count > 0
    }
    if wantsReaders {
      adjustReaders()
      readerDoor.signal()
    }
    jobs.finished(job, outcome)
  }

  /// Call it once, when no worker takes jobs any more. Jobs that were read in vain have not begun.
  func end() -> ReadReport {
    let (unused, report) = state.withLock { state in
      state.isOver = true
      let unused = state.ready.map(\.job) + state.inFlight.values.map(\.job) + [state.returned].compactMap { $0 }
      state.ready = []
      state.inFlight = [:]
      return (unused, state.report)
    }
    readerDoor.broadcast()
    for job in unused { jobs.finished(job, nil) }
    return report
  }

  private func waitForReaders() -> Step {
    var step = Step.end
    let begin = storage.now
    workerDoor.wait(checkingEvery: ReadAhead.interval) {
      state.withLock { state in
        // Under the lock, so that no recorded time is later.
        let now = storage.now
        failOverdue(&state, now)
        if stop.isCancelled { return true }
        if let ready = state.ready.popFirst() {
          state.control.workerStarved(now - begin)
          step = .job(ready)
          return true
        }
        if !state.hasUnclaimed && state.inFlight.isEmpty && state.claiming == 0 { return true }
        if state.control.count == 0 && state.hasUnclaimed {
          step = .readItself
          return true
        }
        if state.abandoned >= ReaderControl.maximum && state.readers == 0 && !state.isExhausted {
          step = .fail
          return true
        }
        return false
      }
    }
    adjustReaders()
    if case .job = step { readerDoor.signal() } else { workerDoor.broadcast() }
    return step
  }

  /// Jobs whose reads exceed the limit fail.
  private func failOverdue(_ state: inout State, _ now: UInt64) {
    guard let timeout = limits.timeout else { return }
    let limit = UInt64(timeout.nanoseconds)
    for (number, one) in state.inFlight {
      guard let since = one.since, now - since > limit else { continue }
      state.inFlight[number] = nil
      state.readers -= 1
      state.abandoned += 1
      state.ready.append(ReadyJob(one.job, .ended(.failed(.readTimeout(timeout)))))
    }
  }

  // MARK: - Readers

  /// Starts readers for a job whose storage may never answer.
  private func startAtOnce(_ job: Job) {
    state.withLock { state in
      state.returned = job
      state.control = ReaderControl(fixed: nil, workers: workers, isRemote: true, now: storage.now)
    }
    adjustReaders()
  }

  /// Starts the readers that are missing. Those that are too many end by themselves.
  private func adjustReaders() {
    let missing = state.withLock { state in
      let wanted = min(state.control.count, ReaderControl.maximum - state.abandoned)
      hasReaders.store(state.control.count > 0, ordering: .releasing)
      guard !state.isOver, state.hasUnclaimed else { return 0 }
      let missing = max(0, wanted - state.readers)
      state.readers += missing
      if state.control.count > 0 { state.report.readers = state.control.count }
      return missing
    }
    for _ in 0..<missing where !startThread({ [self] in runReader() }) {
      let isLast = state.withLock { state in
        state.readers -= 1
        guard state.readers == 0 else { return false }
        // Without threads, workers read.
        state.control = ReaderControl(fixed: 0, workers: workers, isRemote: false, now: storage.now)
        hasReaders.store(false, ordering: .releasing)
        return true
      }
      if isLast { workerDoor.broadcast() }
    }
  }

  private func runReader() {
    while let (number, job) = claim() {
      guard read(job, number) else { return }
    }
  }

  /// Waits for room, and takes the next job. Nil ends the reader.
  private func claim() -> (number: Int, job: Job)? {
    var returned: Job?
    var goesOn = false
    readerDoor.wait(checkingEvery: ReadAhead.interval * 5) {
      state.withLock { state in
        if state.isOver || stop.isCancelled || state.readers > state.control.count || !state.hasUnclaimed {
          state.readers -= 1
          return true
        }
        guard state.ready.count < state.control.count + workers else { return false }
        state.claiming += 1
        returned = state.returned.take()
        goesOn = true
        return true
      }
    }
    guard goesOn else { return nil }
    let job = returned ?? jobs.next()
    let number: Int? = state.withLock { state in
      state.claiming -= 1
      guard job != nil, !state.isOver else {
        state.isExhausted = true
        state.readers -= 1
        return nil
      }
      state.nextNumber += 1
      state.inFlight[state.nextNumber] = job.map { InFlight(job: $0, since: storage.now) }
      return state.nextNumber
    }
    guard let job, let number else {
      // The run ended while the reader waited for the job.
      if let job { jobs.finished(job, nil) }
      workerDoor.broadcast()
      readerDoor.broadcast()
      return nil
    }
    return (number, job)
  }

  /// Reads a source for a worker.
  /// - Returns: false if this thread was left behind.
  private func read(_ job: Job, _ number: Int) -> Bool {
    var job = job
    let start = storage.now
    var waited: UInt64 = 0
    let source: PreparedSource
    if let outcome = job.decideSkips(existing) {
      source = .ended(outcome)
    } else {
      do throws(JobError) {
        let open = try opened(job, number, &waited)
        source = .open(open, readTime: .nanoseconds(storage.now - start - waited))
      } catch {
        source = .ended(.failed(error))
      }
    }
    let ready = ReadyJob(job, source)
    let isWanted = state.withLock { state in
      guard state.inFlight.removeValue(forKey: number) != nil else {
        state.release(job)
        if !state.isOver { state.abandoned -= 1 }
        return false
      }
      state.ready.append(ready)
      state.control.readEnded(start: start + waited, now: storage.now)
      return true
    }
    guard isWanted else { return false }
    adjustReaders()
    workerDoor.signal()
    return true
  }

  private func opened(_ job: Job, _ number: Int, _ waited: inout UInt64) throws(JobError) -> OpenSource {
    let file = try storage.open(job.source)
    let status: FileStatus
    do { status = try FileStatus(of: file) } catch { throw .read(error) }
    // The worker says what is wrong with anything else.
    guard status.kind == .regular, status.byteCount <= byteLimit else { return OpenSource(file) }
    file.readAhead(byteCount: status.byteCount)
    if delivery == .pages || status.byteCount > maxHeldByteCount / 4 {
      try storage.warm(file, within: limits.timeout)
      return OpenSource(file)
    }
    let begin = storage.now
    waitForMemory(status.byteCount, job, number)
    waited = storage.now - begin
    var source = OpenSource(file)
    try storage.load(&source, byteLimit: byteLimit, within: limits.timeout)
    return source
  }

  /// Waits until the sources in memory leave room for another.
  private func waitForMemory(_ byteCount: Int, _ job: Job, _ number: Int) {
    readerDoor.wait(checkingEvery: ReadAhead.interval) {
      state.withLock { state in
        let isWanted = state.inFlight[number] != nil && !stop.isCancelled
        let fits = state.heldByteCount == 0 || state.heldByteCount + byteCount <= maxHeldByteCount
        state.inFlight[number]?.since = fits ? storage.now : nil
        guard isWanted else { return true }
        guard fits else { return false }
        state.held[job.index] = byteCount
        state.heldByteCount += byteCount
        return true
      }
    }
  }
}
