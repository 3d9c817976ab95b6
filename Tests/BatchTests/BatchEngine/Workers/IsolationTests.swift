import CPlatform
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
@testable import WorkerIPC

/// Promise 5: in process mode a worker's death fails only its own image.
@Suite struct IsolationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func names(_ count: Int) -> [String] {
    (0..<count).map { $0 == count * 5 / 8 ? "hostile.jpg" : String(format: "rex-%03d.jpg", $0) }
  }

  /// Processes small images in two workers. One image, named hostile, triggers the fault.
  private func outcomes(
    of count: Int = 40, fault: String?, timeout: Duration = .seconds(60)
  ) throws -> [String: Outcome] {
    let names = names(count)
    let worker = try #require(ExecutorTests.worker, "imgbatch-worker is built next to the tests")
    let small = FilePath(Places.samples.appending(path: "patterns/noise-restart.jpg").path)
    try folder.addFolder("out")
    let jobs = try names.enumerated().map { index, name in
      let source = folder(name)
      if !OutputFile.isThere(source) { try FileManager.default.copyItem(atPath: small.string, toPath: source.string) }
      return Job(index: index, source: source, output: folder("out/\(name)"), format: .jpeg, sourceByteCount: 0)
    }
    var limits = WorkLimits()
    limits.timeout = timeout
    let executor = ProcessExecutor(
      workers: 2, program: WorkerProgram(path: worker, variable: fault.map { "IMGBATCH_FAULT=\($0)" }), limits: limits)
    let outcomes = try executor.outcomes(of: jobs)
    return Dictionary(uniqueKeysWithValues: outcomes.map { (names[$0], $1) })
  }

  private func error(_ outcome: Outcome?) -> JobError? {
    if case .failed(let error) = outcome { return error }
    return nil
  }

  @Test func `Promise 3: a worker that dies for lack of memory costs only its own image, with that code`() throws {
    try expectOneFailure("oom", "failed to allocate", .limitMemory)
  }

  @Test func `Promise 3: the kernel's count of out-of-memory kills is read`() {
    #expect(OutOfMemoryKills.count("pgfault 12\noom_kill_disable 9\noom_kill 3\nnr_dirty 4\n") == 3)
    #expect(OutOfMemoryKills.count("pgfault 12\n") == 0 && OutOfMemoryKills.count("") == 0)
  }

  /// The image fails after a second attempt, all others are written, and nothing of it is left, not even hidden files.
  private func expectOneFailure(
    of count: Int = 40, _ fault: String, _ text: String, _ code: ErrorCode = .workerCrashed
  ) throws {
    let results = try outcomes(of: count, fault: "\(fault):hostile")
    let failure = try #require(error(results["hostile.jpg"]))
    #expect(failure.code == code && failure.message.contains(text) && failure.message.contains("twice"))
    #expect(failure.message.utf8.count < 1000 && failure.message.utf8.allSatisfy { $0 >= 0x20 })
    let others = names(count).filter { $0 != "hostile.jpg" }
    #expect(try folder.names(in: "out") == others)
    #expect(results.count == count && others.allSatisfy { error(results[$0]) == nil })
  }

  @Test(arguments: [
    ("segv", "signal 11"), ("abort", "signal 6"), ("trap", "ended by signal"), ("exit", "exited with status 0"),
    ("halfway", "signal 9"),
  ])
  func `Promise 5: one hostile image of 40 fails after a second attempt, 39 are written`(
    fault: String, text: String
  ) throws {
    try expectOneFailure(fault, text)
  }

  @Test(arguments: [
    "garbage", "flood", "short", "many", "negative", "overflow", "lie", "workers", "times", "notes", "text", "late",
    "skipped", "unasked", "unplanned", "otherFormat", "notAnImage", "otherSize", "endless", "ready", "babble",
  ])
  func `Promise 5: a worker that sends malformed messages costs only its own image`(fault: String) throws {
    // Few images: what a message does is not a matter of their number, and there are many kinds of messages.
    try expectOneFailure(of: 8, fault, "no sensible answer")
  }

  @Test func `Promise 5: a worker that requests memory again and again is killed`() throws {
    try expectOneFailure("admit", "no sensible answer")
  }

  @Test(arguments: ["hang", "stop", "hog"])
  func `Promises 4 and 5: a silent worker is killed once, at the deadline, and the others continue`(
    fault: String
  ) throws {
    // Long enough for any other image, even on a busy machine and under a sanitizer.
    let results = try outcomes(fault: "\(fault):hostile", timeout: .seconds(2))
    let failure = try #require(error(results["hostile.jpg"]))
    #expect(failure.code == .timeout && failure.hint == .raiseTimeLimit)
    #expect(try folder.names(in: "out").count == 39)
  }

  @Test(arguments: ["peek", "terminal"])
  func `Promise 5: workers cannot open files, not even their source, and their output is not shown`(
    fault: String
  ) throws {
    let results = try outcomes(fault: "\(fault):jpg")
    #expect(results.count == 40 && results.values.allSatisfy { error($0) == nil })
    #expect(try folder.names(in: "out").count == 40)
  }

  @Test func `the message contains what a worker wrote before it died, as one line of plain text`() throws {
    let results = try outcomes(fault: "trap:hostile")
    let failure = try #require(error(results["hostile.jpg"]))
    #expect(failure.message.contains("a trap that was asked for"))
  }

  @Test func `workers report their confinement before their first job, and a run can require all of it`() throws {
    let worker = try #require(ExecutorTests.worker, "imgbatch-worker is built next to the tests")
    let reports = Mutex<[Confinement]>([])
    let executor = ProcessExecutor(
      workers: 2, program: WorkerProgram(path: worker) { one in reports.withLock { $0.append(one) } })
    try executor.run(SortedJobs([]), options: ThumbnailOptions(), stop: CancellationFlag())
    let report = try #require(reports.withLock { $0 }.first)
    #expect(reports.withLock { $0.count } == 1)
    #expect(report.filterError == nil && report.hasNoPrivileges)
    #expect((report.landlockError == nil) == (system_landlock_version() > 0))
    let strict = ProcessExecutor(workers: 2, program: WorkerProgram(path: worker, sandbox: .required))
    if report.gaps.isEmpty {
      try strict.run(SortedJobs([]), options: ThumbnailOptions(), stop: CancellationFlag())
    } else {
      #expect(throws: ExecutorError.notConfined(report.gaps)) {
        try strict.run(SortedJobs([]), options: ThumbnailOptions(), stop: CancellationFlag())
      }
    }
  }

  @Test func `missing restrictions are described in words`() {
    var confinement = Confinement(filterError: nil, landlockVersion: 7, landlockError: nil, hasNoPrivileges: true)
    #expect(confinement.gaps.isEmpty && confinement.summary.contains("Landlock 7"))
    confinement.filterError = Errno(rawValue: EINVAL)
    confinement.landlockVersion = 0
    confinement.landlockError = Errno(rawValue: ENOSYS)
    confinement.hasNoPrivileges = false
    #expect(confinement.gaps.count == 3)
    #expect(confinement.summary.contains("seccomp") && confinement.summary.contains("this kernel has none"))
    confinement.landlockVersion = 7
    confinement.landlockError = Errno(rawValue: E2BIG)
    #expect(confinement.gaps[1] == "no Landlock (16 layers of it are in force already)")
  }
}
