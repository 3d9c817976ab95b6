internal import Benchmarking
internal import Parallelism
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// A signal interrupted a measurement.
struct CancelledError: Error {}

/// A workload as runs of this program. A new workload needs only a conformance to this protocol.
protocol BenchmarkWork {
  var workload: Workload { get }
  /// The arguments of one run over all items, after the program's name. Every run of every setting writes the same files to
  /// `out`, except hidden ones, and the lines of `StageCost` and `ItemCost` to standard output.
  func arguments(_ configuration: Configuration, out: FilePath, detail: MeasurementDetail) -> [[UInt8]]
  /// The arguments of a run that starts its workers and has no input, so that it ends with `ExitStatus.noInput`. Its standard
  /// input is empty.
  func emptyArguments(_ configuration: Configuration, out: FilePath) -> [[UInt8]]
  /// Called before each run.
  func prepare()
}

/// Runs a workload in each setting in a separate process, and compares the outputs with those of the first run.
struct BenchmarkRunner: BenchmarkTarget {
  private let scratch: FilePath
  private let measured: any BenchmarkWork
  private let runsInAll: Int
  private var runsDone = 0
  /// The setting, exit status and outputs of the first run. All other runs must have the same status and outputs.
  private var first: (configuration: Configuration, status: Int32, outputs: OutputTree)?

  /// - Parameter runs: the number of runs over all items, for the progress line.
  init(_ measured: any BenchmarkWork, scratch: FilePath, runs: Int) {
    self.measured = measured
    self.scratch = scratch
    runsInAll = runs
  }

  /// The number of items that the first run reported. It is the same in every run, because all write the same files.
  private(set) var itemCount = 0

  mutating func warmUp(_ configuration: Configuration) throws -> WarmUp {
    measured.prepare()
    let run = try perform(configuration, watching: .memory, detail: .items)
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
    return Measurement(try perform(configuration, watching: .timeOnly, detail: .totals))
  }

  private mutating func perform(
    _ configuration: Configuration, watching: MeasuredProcess.Watching, detail: MeasurementDetail
  ) throws -> MeasuredProcess {
    showProgress(configuration)
    let out = scratch.appending(first == nil ? "first" : "outputs")
    let run = try launch(measured.arguments(configuration, out: out, detail: detail), watching: watching)
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
    let run = try MeasuredProcess.run(arguments, messages: messagesFile, watching: watching, stop: Signals.cancellation)
    if Signals.cancellation.isCancelled { throw CancelledError() }
    return run
  }

  private var messagesFile: FilePath { scratch.appending("messages") }

  /// The messages of the last run.
  private var messages: String {
    let text = try? Descriptor(opening: messagesFile, .sniffed).readAll(limit: 1 << 20)
    return String(decoding: text ?? [], as: UTF8.self)
  }

  private func fault(_ configuration: Configuration, _ status: Int32) -> CommandError {
    StandardStream.error.write(messages)
    let known = [ExitStatus.wrongUsage, .noInput, .outputUnusable].first { $0.code == status && first == nil }
    return CommandError(
      status: known ?? .internalFault,
      sentence: "the run of mode \(configuration.mode.title) ended with status \(status)"
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
  /// - Parameter file: the first file whose bytes differ, relative to the output folder.
  static func differs(_ file: FilePath, _ configuration: Configuration, _ first: Configuration) -> CommandError {
    CommandError(
      status: .internalFault,
      sentence: "mode \(configuration.mode.title) wrote other bytes than \(first.mode.title) in "
        + "\(file.forTerminal); please report it with this file.")
  }
}

extension Measurement {
  fileprivate init(_ run: MeasuredProcess) {
    self.init(
      wall: run.wall, user: run.user, system: run.system, storageByteCount: run.storageByteCount,
      stages: run.lines.compactMap(StageCost.init(line:)),
      readers: run.lines.compactMap(ReadersUsed.init(line:)).first?.count ?? 0)
  }
}

extension MeasuredProcess {
  fileprivate var lines: [Substring] { String(decoding: output, as: UTF8.self).split(separator: "\n") }
}
