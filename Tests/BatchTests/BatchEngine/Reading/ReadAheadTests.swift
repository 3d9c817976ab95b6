import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import ImageErrors
@testable import Parallelism
@testable import RunState
@testable import SystemSupport
@testable import Thumbnailing

/// Readers with storage that tests control: what is read ahead, in which order, how much, and what happens if it never arrives.
@Suite struct ReadAheadTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func jobs(_ count: Int, byteCount: Int = 1000) throws -> RecordingJobs {
    RecordingJobs(
      try (0..<count).map { index in
        let source = try folder.add("in/\(index)", [UInt8](repeating: 7, count: byteCount))
        return Job(
          index: index, source: source, output: folder("out/\(index)"), format: .jpeg, sourceByteCount: byteCount)
      })
  }

  private func readAhead(
    _ jobs: RecordingJobs, _ storage: TestStorage, readers: Int?, timeout: Duration? = nil,
    delivery: ReadAhead.Delivery = .bytes, held: Int = 1 << 20, stop: CancellationFlag = CancellationFlag()
  ) -> ReadAhead {
    var limits = ReadLimits()
    limits.readers = readers
    limits.timeout = timeout
    return ReadAhead(
      jobs, ThumbnailOptions(), limits, workers: 2, delivery: delivery, maxHeldByteCount: held, stop: stop,
      storage: storage)
  }

  /// The next job of a worker, and how its source is.
  private func next(_ sources: ReadAhead) -> (job: Job, state: String)? {
    guard let prepared = sources.next() else { return nil }
    let job = prepared.job
    let state =
      switch prepared.takeSource() {
      case .unopened: "unopened"
      case .open: "open"
      case .ended(.failed(let error)): "failed \(error.code.rawValue): \(error.message)"
      case .ended(.skipped(let reason)): "skipped \(reason)"
      case .ended(.written): "written"
      }
    return (job, state)
  }

  @Test func `workers read by themselves while storage is fast`() throws {
    let (jobs, storage) = (try jobs(5), TestStorage())
    let sources = readAhead(jobs, storage, readers: nil)
    for index in 0..<5 {
      let (job, state) = try #require(next(sources))
      #expect(job.index == index && state == "unopened")
      sources.finished(job, .skipped(.exists))
    }
    #expect(next(sources) == nil)
    #expect(sources.end().readers == 0)
    #expect(storage.opened.isEmpty && jobs.finished.count == 5)
  }

  @Test func `one reader delivers the sources in the order of the jobs`() throws {
    let (jobs, storage) = (try jobs(50), TestStorage())
    let sources = readAhead(jobs, storage, readers: 1)
    for index in 0..<50 {
      let (job, state) = try #require(next(sources))
      #expect(job.index == index && state == "open")
      sources.finished(job, nil)
    }
    #expect(next(sources) == nil)
    #expect(sources.end().readers == 1)
    #expect(storage.loadedCount == 50 && storage.warmedCount == 0)
  }

  @Test func `every job is delivered once by any number of readers`() throws {
    for readers in [2, 7, 64] {
      let (jobs, storage) = (try jobs(200, byteCount: 10), TestStorage())
      let sources = readAhead(jobs, storage, readers: readers)
      let delivered = Mutex<[Int]>([])
      onThreads(4) { _ in
        while let (job, _) = next(sources) {
          let index = job.index
          delivered.withLock { $0.append(index) }
          sources.finished(job, nil)
        }
      }
      _ = sources.end()
      #expect(delivered.withLock { $0.sorted() } == Array(0..<200))
      #expect(jobs.finished.keys.sorted() == Array(0..<200))
    }
  }

  @Test func `sources in memory never exceed their share`() throws {
    let (jobs, storage) = (try jobs(40), TestStorage())
    // Room for four of them.
    let sources = readAhead(jobs, storage, readers: 16, held: 4000)
    var finished = 0
    while let (job, _) = next(sources) {
      #expect(storage.loadedCount - finished <= 4)
      finished += 1
      sources.finished(job, nil)
    }
    _ = sources.end()
    #expect(finished == 40 && storage.loadedCount == 40)
  }

  @Test func `a source larger than a quarter of the share is only brought into the cache of the system`() throws {
    let (jobs, storage) = (try jobs(10), TestStorage())
    let sources = readAhead(jobs, storage, readers: 3, held: 3999)
    while let (job, state) = next(sources) {
      #expect(state == "open")
      sources.finished(job, nil)
    }
    #expect(storage.loadedCount == 0 && storage.warmedCount == 10)
    _ = sources.end()
  }

  @Test func `sources of worker processes are only brought into the cache of the system`() throws {
    let (jobs, storage) = (try jobs(10), TestStorage())
    let sources = readAhead(jobs, storage, readers: 3, delivery: .pages)
    while let (job, _) = next(sources) { sources.finished(job, nil) }
    #expect(storage.loadedCount == 0 && storage.warmedCount == 10)
    _ = sources.end()
  }

  @Test func `a source of network storage is never opened by a worker`() throws {
    let (jobs, storage) = (try jobs(10), TestStorage(isRemote: true))
    let sources = readAhead(jobs, storage, readers: nil)
    var indices: [Int] = []
    while let (job, state) = next(sources) {
      #expect(state == "open")
      indices.append(job.index)
      sources.finished(job, nil)
    }
    #expect(indices.sorted() == Array(0..<10))
    #expect(sources.end().readers == 8)
  }

  @Test func `with no readers, workers read from any storage`() throws {
    let (jobs, storage) = (try jobs(3), TestStorage(isRemote: true))
    let sources = readAhead(jobs, storage, readers: 0)
    var states: [String] = []
    while let (job, state) = next(sources) {
      states.append(state)
      sources.finished(job, nil)
    }
    #expect(states == ["unopened", "unopened", "unopened"])
    #expect(sources.end().readers == 0 && storage.opened.isEmpty)
  }

  @Test func `an image whose outputs exist is not read`() throws {
    let (jobs, storage) = (try jobs(4), TestStorage())
    try folder.add("out/2")
    var options = ThumbnailOptions()
    options.existing = .skip
    var limits = ReadLimits()
    limits.readers = 2
    let sources = ReadAhead(
      jobs, options, limits, workers: 2, delivery: .bytes, maxHeldByteCount: 1 << 20, stop: CancellationFlag(),
      storage: storage)
    while let (job, state) = next(sources) {
      #expect(state == (job.index == 2 ? "skipped exists" : "open"))
      sources.finished(job, nil)
    }
    _ = sources.end()
    #expect(storage.opened.map(\.lastComponent?.string).sorted { $0 ?? "" < $1 ?? "" } == ["0", "1", "3"])
  }

  @Test func `a file that cannot be opened fails alone`() throws {
    let (jobs, storage) = (try jobs(3), TestStorage())
    try FileManager.default.removeItem(atPath: folder("in/1").string)
    let sources = readAhead(jobs, storage, readers: 1)
    var states: [String] = []
    while let (job, state) = next(sources) {
      states.append(state)
      sources.finished(job, nil)
    }
    _ = sources.end()
    #expect(states.count == 3 && states[0] == "open" && states[2] == "open")
    #expect(states[1].hasPrefix("failed read: "), "\(states[1])")
  }

  @Test(arguments: [true, false])
  func `workers read where the system refuses threads`(isRemote: Bool) throws {
    let (jobs, storage) = (try jobs(5), TestStorage(isRemote: isRemote))
    var limits = ReadLimits()
    limits.readers = isRemote ? nil : 4
    let sources = ReadAhead(
      jobs, ThumbnailOptions(), limits, workers: 2, delivery: .bytes, maxHeldByteCount: 1 << 20,
      stop: CancellationFlag(), storage: storage, startThread: { _ in false })
    for index in 0..<5 {
      let (job, state) = try #require(next(sources))
      #expect(job.index == index && state == "unopened")
      sources.finished(job, nil)
    }
    #expect(next(sources) == nil)
    _ = sources.end()
    #expect(jobs.finished.keys.sorted() == Array(0..<5))
  }

  // MARK: - Storage that does not answer

  @Test func `a read that never returns fails by the time limit, and the others are delivered`() throws {
    let (jobs, storage) = (try jobs(6), TestStorage())
    storage.block(folder("in/0"))
    defer { storage.unblock() }
    let sources = readAhead(jobs, storage, readers: 1, timeout: .seconds(5))
    storage.waitForBlocked(1)
    storage.advance(6_000_000_000)
    var states: [Int: String] = [:]
    while let (job, state) = next(sources) {
      states[job.index] = state
      sources.finished(job, .skipped(.exists))
    }
    #expect(states[0] == "failed timeout: reading it took longer than the limit of 5 s")
    for index in 1..<6 { #expect(states[index] == "open") }
    _ = sources.end()
    #expect(jobs.finished.count == 6)
  }

  @Test func `when all readers wait for ever, the remaining images fail at once`() throws {
    let (jobs, storage) = (try jobs(100, byteCount: 10), TestStorage())
    for index in 0..<64 { storage.block(folder("in/\(index)")) }
    defer { storage.unblock() }
    let sources = readAhead(jobs, storage, readers: 64, timeout: .seconds(5))
    storage.waitForBlocked(64)
    storage.advance(6_000_000_000)
    var failed = 0
    while let (job, state) = next(sources) {
      if state.hasPrefix("failed timeout") { failed += 1 }
      sources.finished(job, .failed(.readTimeout(.seconds(5))))
    }
    #expect(failed == 100)
    _ = sources.end()
  }

  @Test func `a run that is stopped does not wait for its reads, and reports their images as not begun`() throws {
    let (jobs, storage, stop) = (try jobs(8), TestStorage(), CancellationFlag())
    for index in 0..<3 { storage.block(folder("in/\(index)")) }
    defer { storage.unblock() }
    let sources = readAhead(jobs, storage, readers: 3, stop: stop)
    storage.waitForBlocked(3)
    stop.cancel()
    #expect(next(sources) == nil)
    _ = sources.end()
    #expect(jobs.finished.keys.sorted() == [0, 1, 2])
    #expect(jobs.finished.values.allSatisfy { $0 == nil })
  }
}

extension ReadAheadTests {
  /// Jobs, and what was reported of them.
  private final class RecordingJobs: JobSource {
    private let jobs: SortedJobs
    private let results = Mutex<[Int: Outcome?]>([:])

    init(_ jobs: [Job]) { self.jobs = SortedJobs(inOrder: jobs) }

    var count: Int? { jobs.count }
    var finished: [Int: Outcome?] { results.withLock { $0 } }

    func next() -> Job? { jobs.next() }
    func finished(_ job: Job, _ outcome: Outcome?) { results.withLock { $0[job.index] = .some(outcome) } }
  }

  /// The file system with a clock that stands still, and files whose opening does not return.
  private final class TestStorage: SourceStorage {
    private struct State {
      var now: UInt64 = 1
      var blocked: Set<FilePath> = []
      var waiting = 0
      var opened: [FilePath] = []
      var loaded = 0
      var warmed = 0
    }

    private let state = Mutex(State())
    private let door = ConditionVariable()
    private let files = FileStorage()
    private let areRemote: Bool

    init(isRemote: Bool = false) { areRemote = isRemote }

    var now: UInt64 { state.withLock { $0.now } }
    var opened: [FilePath] { state.withLock { $0.opened } }
    var loadedCount: Int { state.withLock { $0.loaded } }
    var warmedCount: Int { state.withLock { $0.warmed } }

    func advance(_ nanoseconds: UInt64) { state.withLock { $0.now += nanoseconds } }
    func block(_ path: FilePath) { state.withLock { _ = $0.blocked.insert(path) } }

    func unblock() {
      state.withLock { $0.blocked = [] }
      door.broadcast()
    }

    func waitForBlocked(_ count: Int) { door.wait { state.withLock { $0.waiting >= count } } }

    func isRemote(_ path: FilePath) -> Bool { areRemote }

    func open(_ path: FilePath) throws(JobError) -> Descriptor {
      state.withLock { state in
        state.opened.append(path)
        if state.blocked.contains(path) { state.waiting += 1 }
      }
      door.broadcast()
      door.wait { state.withLock { !$0.blocked.contains(path) } }
      return try files.open(path)
    }

    func load(_ source: inout OpenSource, byteLimit: Int, within timeout: Duration?) throws(JobError) {
      try files.load(&source, byteLimit: byteLimit, within: timeout)
      state.withLock { $0.loaded += 1 }
    }

    func warm(_ source: borrowing Descriptor, within timeout: Duration?) throws(JobError) {
      try files.warm(source, within: timeout)
      state.withLock { $0.warmed += 1 }
    }
  }
}
