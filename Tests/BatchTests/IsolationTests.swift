import CPlatform
import Codecs
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Batch

/// Promise 5: in process mode a worker's death fails only its own picture.
@Suite struct IsolationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let names = (0..<200).map { $0 == 105 ? "hostile.jpg" : String(format: "rex-%03d.jpg", $0) }

  /// Runs 200 small pictures, one of them named hostile, in two workers with a fault.
  private func outcomes(
    fault: String?, timeout: Duration = .seconds(60), root: FilePath? = nil, out: String = "out"
  ) throws -> [String: Outcome] {
    let worker = try #require(ExecutorTests.worker, "imgbatch-worker is built beside the tests")
    let small = FilePath(Places.samples.appending(path: "patterns/noise-restart.jpg").path)
    try folder.addFolder(out)
    let jobs = try Self.names.enumerated().map { index, name in
      let source = folder(name)
      if !OutputFile.isThere(source) { try FileManager.default.copyItem(atPath: small.string, toPath: source.string) }
      return Job(index: index, source: source, output: folder("\(out)/\(name)"), format: .jpeg, sourceByteCount: 0)
    }
    var limits = WorkLimits()
    limits.timeout = timeout
    let executor = ProcessExecutor(
      workers: 2, workerPath: worker, limits: limits, outputRoot: root ?? folder(out),
      variable: fault.map { "IMGBATCH_FAULT=\($0)" })
    let results = Mutex<[String: Outcome]>([:])
    try executor.run(SortedJobs(jobs), recipe: Recipe(), stop: StopRequest()) { job, outcome in
      results.withLock { $0[job.source.lastComponent?.string ?? ""] = outcome }
    }
    return results.withLock { $0 }
  }

  private func error(_ outcome: Outcome?) -> JobError? {
    if case .failed(let error) = outcome { return error }
    return nil
  }

  @Test(arguments: [
    ("segv", "signal 11"), ("abort", "signal 6"), ("trap", "ended by signal"), ("exit", "exited with status 0"),
    ("oom", "ended by signal"), ("garbage", "no sensible answer"), ("flood", "no sensible answer"),
    ("halfway", "signal 9"),
  ])
  func `Promise 5: one hostile picture of 200 fails after one more try, 199 are written`(
    fault: String, words: String
  ) throws {
    let results = try outcomes(fault: "\(fault):hostile")
    let failure = try #require(error(results["hostile.jpg"]))
    #expect(failure.code == .workerCrashed && failure.message.contains(words) && failure.message.contains("twice"))
    let others = Self.names.filter { $0 != "hostile.jpg" }
    #expect(try folder.names(in: "out") == others, "hidden files count: of what was half written nothing is left")
    #expect(results.count == 200 && others.allSatisfy { error(results[$0]) == nil })
  }

  @Test(arguments: ["hang", "stop"])
  func `Promises 4 and 5: a worker that is silent is killed at the deadline, the others go on`(fault: String) throws {
    // Long enough for any other picture, on a busy machine and under a sanitizer too.
    let results = try outcomes(fault: "\(fault):hostile", timeout: .seconds(2))
    let failure = try #require(error(results["hostile.jpg"]))
    #expect(failure.code == .timeout && failure.message.contains("--timeout"))
    #expect(try folder.names(in: "out").count == 199)
  }

  @Test(.enabled(if: system_landlock_version() > 0, "this kernel has no Landlock"))
  func `Promise 5: workers write beneath the output folder only`() throws {
    let results = try outcomes(fault: nil, root: folder("elsewhere-that-is-not-there"), out: "free")
    #expect(results.values.allSatisfy { error($0) == nil }, "no such folder, no confinement")
    try folder.addFolder("allowed")
    let confined = try outcomes(fault: nil, root: folder("allowed"), out: "forbidden")
    for outcome in confined.values {
      let failure = try #require(error(outcome))
      #expect(failure.code == .write && failure.stage == .write)
    }
    #expect(try folder.names(in: "forbidden").isEmpty)
  }

  @Test(.enabled(if: system_landlock_version() > 0, "this kernel has no Landlock"))
  func `Promise 5: workers can open no file, not even their source`() throws {
    let results = try outcomes(fault: "peek:jpg")
    #expect(results.count == 200 && results.values.allSatisfy { error($0) == nil })
    #expect(try folder.names(in: "out").count == 200)
  }
}
