import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import Parallelism
@testable import RunState
@testable import Thumbnailing
@testable import WorkerIPC

@Suite struct ExecutorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Jobs for every sample, valid and broken, each run with a separate output folder.
  private func jobs(_ name: String) throws -> [Job] {
    let out = folder.path.appending(name)
    try OutputFile.makeFolders(out)
    return try ["dogs", "patterns", "broken"].flatMap { part in
      try FileManager.default.contentsOfDirectory(atPath: Places.samples.appending(path: part).path).sorted().map {
        (part, $0)
      }
    }.enumerated().map { index, file in
      Job(
        index: index, source: FilePath(Places.samples.appending(path: "\(file.0)/\(file.1)").path),
        output: out.appending("\(file.0)-\(file.1)"), format: file.1.hasSuffix("png") ? .png : .jpeg,
        sourceByteCount: 0)
    }
  }

  /// The outcome of each job, by index, without values that differ from run to run.
  private func outcomes(
    _ executor: any Executor, _ jobs: [Job], stop: CancellationFlag = CancellationFlag()
  ) throws -> [Int: String] {
    try executor.outcomes(of: jobs, stop: stop).mapValues { outcome in
      switch outcome {
      case .written(let image): "written \(image.outputSize) \(image.outputByteCount)"
      case .skipped(let reason): "skipped \(reason)"
      case .failed(let error): "failed \(error)"
      }
    }
  }

  private func tree(_ name: String) throws -> [String: Data] {
    let root = folder.path.appending(name).string
    var files: [String: Data] = [:]
    for file in try FileManager.default.contentsOfDirectory(atPath: root) {
      files[file] = try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(file)"))
    }
    return files
  }

  /// The worker program of this build, next to the test bundle.
  static let worker: String? = {
    let folder = Bundle.main.bundleURL.deletingLastPathComponent()
    let positions = [folder, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
    return (positions + Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() }).map {
      $0.appending(path: "imgbatch-worker").path
    }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  @Test func `serial, threads and processes give the same outcomes and the same bytes`() throws {
    let worker = try #require(Self.worker, "imgbatch-worker is built next to the tests")
    let serial = try outcomes(SerialExecutor(), try jobs("serial"))
    #expect(serial.count == (try jobs("serial").count))
    let bytes = try tree("serial")
    #expect(!bytes.isEmpty)
    for readers in [1, 6, 64] {
      var limits = WorkLimits()
      limits.reading.readers = readers
      limits.hasWriters = true
      let executors: [(String, any Executor)] = [
        ("serial", SerialExecutor(limits: limits)), ("threads", ThreadExecutor(workers: 2, limits: limits)),
        ("processes", ProcessExecutor(workers: 2, program: WorkerProgram(path: worker), limits: limits)),
      ]
      for (mode, executor) in executors {
        let name = "\(mode)-with-\(readers)-readers"
        #expect(try outcomes(executor, try jobs(name)) == serial, "\(name)")
        #expect(try tree(name) == bytes, "\(name)")
      }
    }
    for workers in [1, 2, 5] {
      let threads = "threads-\(workers)"
      #expect(try outcomes(ThreadExecutor(workers: workers), try jobs(threads)) == serial)
      #expect(try tree(threads) == bytes)
      let processes = "processes-\(workers)"
      let executor = ProcessExecutor(workers: workers, program: WorkerProgram(path: worker))
      #expect(try outcomes(executor, try jobs(processes)) == serial)
      #expect(try tree(processes) == bytes)
      let fresh = "fresh-\(workers)"
      let eachItsOwn = ProcessExecutor(workers: workers, program: WorkerProgram(path: worker), lifetime: .image)
      #expect(try outcomes(eachItsOwn, try jobs(fresh)) == serial)
      #expect(try tree(fresh) == bytes)
    }
  }

  @Test func `a single image is split into bands and stays the same`() throws {
    let one = try jobs("one").filter { $0.source.string.hasSuffix("rex.jpg") }
    let many = try jobs("many").filter { $0.source.string.hasSuffix("rex.jpg") }
    #expect(try outcomes(SerialExecutor(), one) == outcomes(ThreadExecutor(workers: 8), many))
    #expect(try tree("one") == tree("many"))
  }

  @Test func `a worker process runs until the end of the run, or for one image`() throws {
    let worker = try #require(Self.worker, "imgbatch-worker is built next to the tests")
    let script = try folder.add(
      "worker", Array("#!/bin/sh\necho >> '\(folder("starts").string)'\nexec '\(worker)'\n".utf8))
    try folder.setMode("worker", 0o755)
    let all = try jobs("counted").filter { $0.source.string.contains("/dogs/") }
    for (lifetime, starts) in [(WorkerLifetime.run, 1), (.image, all.count)] {
      try folder.add("starts", [])
      let executor = ProcessExecutor(workers: 1, program: WorkerProgram(path: script.string), lifetime: lifetime)
      #expect(try outcomes(executor, all).count == all.count)
      #expect(try folder.content("starts").count == starts)
    }
  }

  @Test func `a program that is no worker ends the run, with a message about its exit`() throws {
    let all = try jobs("dying")
    #expect(throws: ExecutorError.noWorker(path: "/bin/false", reason: "it exited with status 1")) {
      _ = try ProcessExecutor(workers: 2, program: WorkerProgram(path: "/bin/false")).outcomes(of: all)
    }
  }

  @Test func `a missing worker program ends the run, with its path`() throws {
    let executor = ProcessExecutor(workers: 2, program: WorkerProgram(path: "/nonexistent/imgbatch-worker"))
    let all = try jobs("none")
    #expect {
      _ = try executor.outcomes(of: all)
    } throws: { error in
      guard case .noWorker(let path, let reason)? = error as? ExecutorError else { return false }
      return path == "/nonexistent/imgbatch-worker" && reason == "No such file or directory"
    }
  }

  @Test func `no job starts after a stop`() throws {
    let stop = CancellationFlag()
    stop.cancel()
    #expect(try outcomes(ThreadExecutor(workers: 2), try jobs("stopped"), stop: stop).isEmpty)
    #expect(try outcomes(SerialExecutor(), try jobs("stopped"), stop: stop).isEmpty)
  }

  @Test func `each job that is taken ends once, in all modes`() throws {
    let worker = try #require(Self.worker, "imgbatch-worker is built next to the tests")
    let executors: [any Executor] = [
      SerialExecutor(), ThreadExecutor(workers: 3), ProcessExecutor(workers: 3, program: WorkerProgram(path: worker)),
    ]
    for (number, executor) in executors.enumerated() {
      let jobs = try jobs("ends-\(number)")
      let collected = CollectedOutcomes(jobs)
      try executor.run(collected, options: ThumbnailOptions(), stop: CancellationFlag())
      #expect(collected.indices == Set(jobs.indices) && collected.outcomes.count == jobs.count)
    }
  }

  @Test func `a job ends without an outcome if no worker can make it`() throws {
    let worker = try #require(Self.worker, "imgbatch-worker is built next to the tests")
    // The first start succeeds, later ones fail.
    let mark = folder("started").string
    let text = "#!/bin/sh\n[ -e '\(mark)' ] && exit 1\n: > '\(mark)'\nexec '\(worker)'\n"
    let script = try folder.add("worker", Array(text.utf8))
    try folder.setMode("worker", 0o755)
    let jobs = try jobs("unmade").filter { $0.source.string.contains("/dogs/") }
    let collected = CollectedOutcomes(jobs)
    let executor = ProcessExecutor(workers: 1, program: WorkerProgram(path: script.string), lifetime: .image)
    #expect(throws: ExecutorError.self) {
      try executor.run(collected, options: ThumbnailOptions(), stop: CancellationFlag())
    }
    #expect(collected.outcomes.count == 1 && collected.indices.count == 2)
  }
}
