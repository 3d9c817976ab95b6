import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import ImageErrors
@testable import Parallelism
@testable import RunState
@testable import Thumbnailing

/// Processes the same files with serial, thread and process executors, with and without readers and
/// writers, and expects the same outcomes and bytes.
struct AllModes {
  struct Result: Equatable {
    /// The outcome, without values that differ from run to run.
    var outcome: String
    var bytes: Data?
  }

  private let folder: TemporaryFolder
  private let worker: String

  init(_ folder: TemporaryFolder) throws {
    self.folder = folder
    worker = try #require(ExecutorTests.worker, "imgbatch-worker is built next to the tests")
  }

  /// The result of each file, which is the same in all modes.
  func results(_ files: [[UInt8]], _ format: ImageFormat, _ options: ThumbnailOptions) throws -> [Result] {
    let position = folder.path.appending("modes-\(UUID().uuidString)")
    let sources = try files.enumerated().map { index, bytes in
      let isPNG = bytes.starts(with: PNGParts.signature)
      return try folder.add(position.appending("source-\(index).\(isPNG ? "png" : "jpg")"), bytes)
    }
    var ahead = WorkLimits()
    ahead.reading.readers = 4
    ahead.hasWriters = true
    let program = WorkerProgram(path: worker)
    let executors: [any Executor] = [
      SerialExecutor(program: program), ThreadExecutor(workers: 3, program: program),
      ProcessExecutor(workers: 3, program: program), SerialExecutor(limits: ahead, program: program),
      ThreadExecutor(workers: 3, limits: ahead, program: program),
      ProcessExecutor(workers: 3, program: program, limits: ahead),
    ]
    let all = try executors.enumerated().map { number, executor in
      try results(executor, sources, position.appending("out-\(number)"), format, options)
    }
    for other in all.dropFirst() { #expect(other == all[0]) }
    return all[0]
  }

  private func results(
    _ executor: any Executor, _ sources: [FilePath], _ out: FilePath, _ format: ImageFormat, _ options: ThumbnailOptions
  ) throws -> [Result] {
    try OutputFile.makeFolders(out)
    let jobs = sources.enumerated().map { index, source in
      Job(index: index, source: source, output: out.appending("\(index)"), format: format, sourceByteCount: 0)
    }
    let ends = try executor.outcomes(of: jobs, options: options).mapValues { outcome in
      switch outcome {
      case .written(let image):
        "written \(image.outputSize) \(image.notes) \(image.warningCount) \(image.firstWarning)"
      case .skipped(let reason): "skipped \(reason)"
      case .failed(let error): "failed \(error.code.rawValue) \(error.message)"
      }
    }
    return jobs.map { job in
      Result(
        outcome: ends[job.index] ?? "none",
        bytes: FileManager.default.contents(atPath: out.appending("\(job.index)").string))
    }
  }
}
