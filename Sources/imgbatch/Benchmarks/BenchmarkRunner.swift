internal import Benchmarking
internal import Parallelism
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// Somebody asked for the end while modes were measured.
struct CancelledError: Error {}

/// A workload as runs of this program. Whoever adds one says here how it is run, and nothing else has to know.
protocol BenchmarkWork {
  var workload: Workload { get }
  /// One run over all of the work, after the program's name; every run of every setting writes the same files to `out`,
  /// hidden ones apart, and the lines of `StageCost` and `ItemCost` to standard output.
  func arguments(_ configuration: Configuration, out: FilePath, telling detail: MeasurementDetail) -> [[UInt8]]
  /// A run that starts its workers, has nothing to do and so ends with `ExitStatus.noInput`. Its standard input is empty.
  func emptyArguments(_ configuration: Configuration, out: FilePath) -> [[UInt8]]
  /// Before each timed run.
  func prepare()
}

/// Runs a workload in each setting as a process of its own, and holds what it wrote against what the first run wrote.
struct BenchmarkRunner: BenchmarkTarget {
  private let scratch: FilePath
  private let measured: any BenchmarkWork
  private let runsInAll: Int
  private var runsDone = 0
  /// The first run's end and outputs, which all others must have too.
  private var first: (configuration: Configuration, status: Int32, outputs: OutputTree)?

  /// - Parameter runs: over all of the work, for the progress line.
  init(_ measured: any BenchmarkWork, scratch: FilePath, runs: Int) {
    self.measured = measured
    self.scratch = scratch
    runsInAll = runs
  }

  /// Items that the first run told of; as all wrote the same files, so many in every run.
  private(set) var itemCount = 0

  mutating func warmUp(_ configuration: Configuration) throws -> WarmUp {
    let run = try perform(configuration, watching: .memory, telling: .items)
    let memory =
      run.sharesPeakByteCount.map { MemoryPeak(byteCount: $0, method: .proportionalShares) }
      ?? MemoryPeak(byteCount: run.largestPeakByteCount, method: .largestProcess)
    let items = run.lines.compactMap(ItemCost.init(line:))
    if itemCount == 0 { itemCount = items.count }
    return WarmUp(memory: memory, items: items)
  }

  mutating func start(_ configuration: Configuration) throws -> Measurement {
    let run = try launch(
      measured.emptyArguments(configuration, out: scratch.appending("empty")), watching: .timeOnly)
    guard run.status == ExitStatus.noInput.code else { throw fault(configuration, run.status) }
    return Measurement(run)
  }

  mutating func work(_ configuration: Configuration) throws -> Measurement {
    measured.prepare()
    return Measurement(try perform(configuration, watching: .timeOnly, telling: .totals))
  }

  private mutating func perform(
    _ configuration: Configuration, watching: MeasuredProcess.Watching, telling detail: MeasurementDetail
  ) throws -> MeasuredProcess {
    showProgress(configuration)
    let out = scratch.appending(first == nil ? "first" : "outputs")
    let run = try launch(measured.arguments(configuration, out: out, telling: detail), watching: watching)
    hideProgress()
    guard [ExitStatus.success.code, ExitStatus.someImagesFailed.code].contains(run.status) else {
      throw fault(configuration, run.status)
    }
    let outputs = try OutputTree(of: out)
    if let first {
      guard run.status == first.status else { throw fault(configuration, run.status) }
      if let file = try first.outputs.firstDifference(to: outputs) {
        throw CommandError.differs(file, configuration, first.configuration)
      }
      ScratchFolder.remove(out)
    } else {
      first = (configuration, run.status, outputs)
      StandardStream.error.write(messages)
    }
    return run
  }

  private func launch(
    _ arguments: [[UInt8]], watching: MeasuredProcess.Watching
  ) throws -> MeasuredProcess {
    let run = try MeasuredProcess.run(arguments, messages: talkFile, watching: watching, stop: Signals.stopRequest)
    if Signals.stopRequest.isMade { throw CancelledError() }
    return run
  }

  private var talkFile: FilePath { scratch.appending("talk") }

  /// What the last run said to people.
  private var messages: String {
    guard let file = try? FileDescriptor.open(talkFile, .readOnly) else { return "" }
    defer { try? file.close() }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while let count = unsafe try? buffer.withUnsafeMutableBytes({ unsafe try file.read(into: $0) }), count > 0 {
      text += buffer[..<count]
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func fault(_ configuration: Configuration, _ status: Int32) -> CommandError {
    StandardStream.error.write(messages)
    let known = [ExitStatus.wrongUsage, .noInput, .outputUnusable].first { $0.code == status && first == nil }
    return CommandError(
      status: known ?? .internalFault,
      sentence: "the run of mode \(configuration.mode.rawValue) ended with status \(status)"
        + (first.map { ", that of the first mode with \($0.status)." } ?? "."))
  }

  private mutating func showProgress(_ configuration: Configuration) {
    runsDone += 1
    guard StandardStream.error.isTerminal else { return }
    StandardStream.error.write("run \(runsDone) of \(runsInAll): \(configuration.description)")
  }

  private func hideProgress() {
    if StandardStream.error.isTerminal { StandardStream.error.write("\r\u{1B}[K") }
  }
}

extension CommandError {
  /// - Parameter file: the first whose bytes differ, from the output folder.
  static func differs(_ file: FilePath, _ configuration: Configuration, _ first: Configuration) -> CommandError {
    CommandError(
      status: .internalFault,
      sentence: "mode \(configuration.mode.rawValue) wrote other bytes than \(first.mode.rawValue) in "
        + "\(file.forTerminal); please report it with this file.")
  }
}

extension Measurement {
  fileprivate init(_ run: MeasuredProcess) {
    self.init(
      wall: run.wall, user: run.user, system: run.system, storageByteCount: run.storageByteCount,
      stages: run.lines.compactMap(StageCost.init(line:)))
  }
}

extension MeasuredProcess {
  fileprivate var lines: [Substring] { String(decoding: output, as: UTF8.self).split(separator: "\n") }
}
