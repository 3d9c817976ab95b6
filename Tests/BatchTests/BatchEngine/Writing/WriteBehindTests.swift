import ImageErrors
import Synchronization
import SystemPackage
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import Parallelism
@testable import RunState
@testable import SystemSupport
@testable import Thumbnailing

/// Writers with a destination that tests control: when they write, how much they hold, and what is reported when.
@Suite struct WriteBehindTests {
  private func job(_ index: Int, outputs: Int = 1) -> Job {
    Job(
      index: index, source: FilePath("\(index)"),
      outputs: (0..<outputs).map { JobOutput(path: FilePath("\(index)-\($0)"), format: .jpeg) }, sourceByteCount: 0)
  }

  private func written(writing: Duration = .zero, computing: Duration = .milliseconds(10)) -> Outcome {
    var times = StageTimes()
    times[.write] = writing
    times[.decode] = computing
    return .written(
      WrittenImage(
        sourceSize: PixelSize(width: 1, height: 1), outputSize: PixelSize(width: 1, height: 1), sourceByteCount: 1,
        outputByteCount: 1, warningCount: 0, firstWarning: "", times: times))
  }

  /// What a worker does with a job: all its outputs, then its end.
  private func make(_ job: Job, byteCount: Int = 100, _ outcome: Outcome?, _ outputs: WorkerOutputs) throws {
    for (index, output) in job.outputs.enumerated() {
      let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: job.index), count: byteCount)
      try unsafe outputs.write(bytes.span.bytes, of: output, at: index, permissions: .ordinary)
    }
    outputs.end(job, outcome)
  }

  @Test func `a worker writes its files itself while storage is fast`() throws {
    let (files, reports) = (TestFiles(), Reports())
    let writers = WriteBehind(to: files, maxByteCount: 1 << 20) { reports.add($0, $1) }
    let outputs = WorkerOutputs(writers)
    for index in 0..<100 {
      try make(job(index), written(writing: .microseconds(100), computing: .microseconds(10)), outputs)
      #expect(files.names.count == index + 1 && reports.outcomes.count == index + 1)
    }
    #expect(writers.end() == 0)
  }

  @Test func `writers take over after six images that storage held up, and report a job when its file has its name`()
    throws
  {
    let (files, reports) = (TestFiles(), Reports())
    let writers = WriteBehind(to: files, maxByteCount: 1 << 20) { reports.add($0, $1) }
    let outputs = WorkerOutputs(writers)
    for index in 0..<6 { try make(job(index), written(writing: .milliseconds(20)), outputs) }
    files.block()
    try make(job(6), written(), outputs)
    files.waitForBlocked(1)
    #expect(files.names.count == 6 && reports.outcomes.keys.sorted() == Array(0..<6))
    files.unblock()
    #expect(writers.end() == 1)
    #expect(files.names.last == "6-0" && reports.outcomes.keys.sorted() == Array(0..<7))
  }

  @Test func `a large file that is only copied does not start writers`() throws {
    let (files, reports) = (TestFiles(), Reports())
    let writers = WriteBehind(to: files, maxByteCount: 1 << 20) { reports.add($0, $1) }
    let outputs = WorkerOutputs(writers)
    for index in 0..<40 {
      guard case .written(var image) = written(writing: .milliseconds(20), computing: .milliseconds(20)) else { return }
      image.outputs[0].byteCount = 20_000_000
      try make(job(index), .written(image), outputs)
    }
    #expect(files.names.count == 40)
    #expect(writers.end() == 0)
  }

  @Test func `copies never exceed their memory, and a worker without room writes itself`() throws {
    let (files, reports) = (TestFiles(), Reports())
    let writers = WriteBehind(to: files, maxByteCount: 450, hasWriters: true) { reports.add($0, $1) }
    let outputs = WorkerOutputs(writers)
    files.block()
    for index in 0..<4 { try make(job(index), written(), outputs) }
    files.waitForBlocked(4)
    #expect(reports.outcomes.isEmpty)
    files.unblockNext()
    try make(job(4), written(), outputs)
    #expect(reports.outcomes.keys.contains(4), "there was no room: it was written at once")
    files.unblock()
    #expect(writers.end() == 4)
    #expect(reports.outcomes.keys.sorted() == Array(0..<5) && files.names.count == 5)
  }

  @Test func `the files of a job are written in order, by a writer or by the worker`() throws {
    for memory in [0, 100, 250, 1000] {
      let (files, reports) = (TestFiles(), Reports())
      let writers = WriteBehind(to: files, maxByteCount: memory, hasWriters: true) { reports.add($0, $1) }
      try make(job(7, outputs: 4), written(), WorkerOutputs(writers))
      _ = writers.end()
      #expect(files.names == ["7-0", "7-1", "7-2", "7-3"], "\(memory) bytes")
      #expect(reports.outcomes.keys.sorted() == [7])
    }
  }

  @Test func `the first file that cannot be written fails its job, and no later one is written`() throws {
    let (files, reports) = (TestFiles(failing: "1-1"), Reports())
    let writers = WriteBehind(to: files, maxByteCount: 1 << 20, hasWriters: true) { reports.add($0, $1) }
    let outputs = WorkerOutputs(writers)
    for index in 0..<3 { try make(job(index, outputs: 3), written(), outputs) }
    _ = writers.end()
    #expect(files.names.sorted() == ["0-0", "0-1", "0-2", "1-0", "2-0", "2-1", "2-2"])
    guard case .failed(let error) = reports.outcomes[1] else { throw JobError.write(.ioError) }
    #expect(error == .write(.noSpace))
  }

  @Test func `a job that fails after its first file keeps its error, and the file`() throws {
    let (files, reports) = (TestFiles(), Reports())
    let writers = WriteBehind(to: files, maxByteCount: 1 << 20, hasWriters: true) { reports.add($0, $1) }
    try make(job(0), .failed(.timeout(.seconds(1), stage: .encode)), WorkerOutputs(writers))
    _ = writers.end()
    #expect(files.names == ["0-0"])
    #expect(reports.outcomes[0] == .failed(.timeout(.seconds(1), stage: .encode)))
  }

  @Test func `the end of a run waits for all files, from any number of workers`() throws {
    let (files, reports) = (TestFiles(), Reports())
    let writers = WriteBehind(to: files, maxByteCount: 5000, hasWriters: true) { reports.add($0, $1) }
    onThreads(4) { worker in
      let outputs = WorkerOutputs(writers)
      for index in 0..<100 { try? make(job(worker * 100 + index, outputs: 2), written(), outputs) }
    }
    #expect((1...WriteBehind.maxWriters).contains(writers.end()))
    #expect(reports.outcomes.keys.sorted() == Array(0..<400))
    #expect(files.names.count == 800 && Set(files.names).count == 800)
  }

  @Test func `the time of a writer counts as writing`() throws {
    let (files, reports) = (TestFiles(), Reports())
    let writers = WriteBehind(to: files, maxByteCount: 1 << 20, hasWriters: true) { reports.add($0, $1) }
    try make(job(0), written(writing: .seconds(1)), WorkerOutputs(writers))
    _ = writers.end()
    guard case .written(let image) = reports.outcomes[0] else { throw JobError.write(.ioError) }
    #expect(image.times[.write] > .seconds(1) && image.times[.decode] == .milliseconds(10))
  }
}

/// The reported outcomes, by the index of their job.
private final class Reports: Sendable {
  private let all = Mutex<[Int: Outcome]>([:])

  var outcomes: [Int: Outcome] { all.withLock { $0 } }

  func add(_ job: Job, _ outcome: Outcome?) {
    let isFirst = all.withLock { $0.updateValue(outcome ?? .skipped(.exists), forKey: job.index) == nil }
    #expect(isFirst, "a job is reported once")
  }
}

/// A destination that keeps names, and can be blocked.
private final class TestFiles: OutputDestination, Sendable {
  private struct State {
    var isBlocked = false
    var waiting = 0
    var names: [String] = []
  }

  private let failing: FilePath?
  private let state = Mutex(State())
  private let door = ConditionVariable()

  init(failing: FilePath? = nil) { self.failing = failing }

  var names: [String] { state.withLock { $0.names } }

  func block() { state.withLock { $0.isBlocked = true } }
  /// For calls from now on; those that wait continue to wait.
  func unblockNext() { state.withLock { $0.isBlocked = false } }

  func unblock() {
    state.withLock { state in
      state.isBlocked = false
      state.waiting = 0
    }
    door.broadcast()
  }

  func waitForBlocked(_ count: Int) { door.wait { state.withLock { $0.waiting >= count } } }

  func write(
    _ bytes: RawSpan, of output: JobOutput, at index: Int, permissions: Permissions
  ) throws(JobError) {
    let waits = state.withLock { state in
      if state.isBlocked { state.waiting += 1 }
      return state.isBlocked
    }
    if waits {
      door.broadcast()
      door.wait { state.withLock { $0.waiting == 0 } }
    }
    if output.path == failing { throw .write(.noSpace) }
    state.withLock { $0.names.append("\(output.path)") }
  }
}
