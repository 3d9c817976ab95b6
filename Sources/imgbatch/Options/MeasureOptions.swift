internal import ArgumentParser
internal import BatchEngine
internal import Benchmarking
internal import Glibc
internal import ImageCodecs
internal import ImageCore
internal import Parallelism
internal import SystemPackage
internal import SystemSupport

/// Options that `compare` and `profile` share: how often to measure, and the output format.
struct MeasureOptions: ParsableArguments {
  enum Form { case text, json, csv, markdown }

  @Option(help: ArgumentHelp("Timed runs of each setting, 3 to 100.", valueName: "n"))
  var runs = 3

  @Flag(help: "Have the sources read from storage in each run, where the system can forget what it keeps in memory.")
  var cold = false

  @Flag(help: "JSON instead of a table, one object a line, with all samples.")
  var json = false

  @Flag(help: "One line a run with all samples, as CSV.")
  var csv = false

  @Flag(help: "The tables as Markdown.")
  var markdown = false

  func validate() throws {
    guard (3...100).contains(runs) else { throw ValidationError("--runs is 3 to 100, not \(runs).") }
    if [json, csv, markdown].count(where: { $0 }) > 1 {
      throw ValidationError("--json, --csv and --markdown cannot be together.")
    }
  }

  /// Measures a workload in each setting.
  /// - Returns: the samples, and the number of files that each run wrote.
  func records(
    _ measured: any BenchmarkWork, _ configurations: [Configuration], _ scratch: FilePath
  ) throws -> (records: [Samples], written: Int) {
    var target = BenchmarkRunner(measured, scratch: scratch, runs: configurations.count * (runs + 1))
    return (try InterleavedSchedule(configurations, rounds: runs).run(&target), target.itemCount)
  }

  var form: Form { json ? .json : csv ? .csv : markdown ? .markdown : .text }
}

/// The inputs of a measurement. They are found once; every run gets the same.
struct MeasuredInputs {
  let found: InputFiles
  private let list: FilePath?
  private let limits: LimitOptions
  private let isCold: Bool

  init(_ input: InputOptions, limits: LimitOptions, cold: Bool, scratch: FilePath) throws {
    var input = input
    if input.isStreamed {
      // Each run reads the list again, and standard input can be read only once.
      let list = scratch.appending("list")
      try MeasuredInputs.copyStandardInput(to: list)
      input.filesFrom = PathArgument(argument: escapedArgument(list.bytes))
    }
    found = try input.find().inputs
    list = input.filesFrom?.path
    self.limits = limits
    isCold = cold
  }

  /// - Parameters:
  ///   - given: the command's own arguments. The runs get those that concern images.
  ///   - flags: further flags that are not forwarded.
  ///   - options: further options that are not forwarded.
  func work(_ given: [String], without flags: Set<String> = [], _ options: Set<String> = []) -> ResizeWork {
    ResizeWork(
      arguments: ForwardedArguments(given, list: list, without: flags, options),
      coldSources: isCold ? found.map(\.source) : [])
  }

  /// - Parameter written: the number of files that each run wrote.
  func done(_ workload: Workload, written: Int) -> WorkSummary {
    WorkSummary(
      workload, items: written, failed: found.count - written, megapixels: megapixels,
      inputs: isCold ? .cold : .cached)
  }

  /// The stored pixels of all inputs that have a valid header.
  private var megapixels: Double {
    var decodeLimits = DecodeLimits()
    limits.apply(to: &decodeLimits)
    let reader = HeaderReader(limits: decodeLimits)
    let pixels = found.reduce(0) { sum, input in
      let size = input.refusal == nil ? try? reader.read(input.source).header.size : nil
      return sum + (size.map { $0.width * $0.height } ?? 0)
    }
    return Double(pixels) / 1e6
  }

  private static func copyStandardInput(to path: FilePath) throws {
    // `measuring`, which creates the folder, reports errors in it.
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
    try file.closeAfter {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while !Signals.stopRequest.isMade {
        let count: Int
        do {
          // A signal must interrupt the read, because the list may never end.
          count = try Descriptor.read(STDIN_FILENO, into: &buffer, retryOnInterrupt: false)
        } catch {
          if Signals.stopRequest.isMade { throw CancelledError() }
          throw CommandError(status: .noInput, sentence: "the list on standard input cannot be read (\(error)).")
        }
        if count == 0 { break }
        try file.writeAll(buffer[..<count])
      }
    }
  }
}

/// Runs a measurement in a temporary folder, removes the folder, and passes on the exit status.
func measuring(_ work: (FilePath) throws -> ExitStatus) throws {
  try ending {
    Signals.handle()
    do {
      let scratch = try ScratchFolder()
      Signals.onGracePeriodExpired { [path = scratch.path] in ScratchFolder.remove(path) }
      return try work(scratch.path)
    } catch let error as Errno {
      throw CommandError.scratchFolder(error.message)
    } catch is CancelledError {
      return Signals.received.map { .interrupted(signal: $0) } ?? .readerGone
    }
  }
}
