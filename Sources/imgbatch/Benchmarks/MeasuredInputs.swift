internal import ArgumentParser
internal import BatchEngine
internal import Benchmarking
internal import Glibc
internal import ImageCore
internal import Parallelism
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing

/// The inputs of a measurement. They are found once; every run gets the same.
struct MeasuredInputs {
  let found: InputFiles
  let storage: StorageSpeed
  private let input: InputOptions
  private let sample: StorageSample
  private let isCold: Bool

  /// - Parameter options: of the images.
  init(_ input: InputOptions, _ options: ThumbnailOptions, cold: Bool, scratch: FilePath) throws {
    var input = input
    if input.isStreamed {
      // Each run reads the list again, and standard input can be read only once.
      let list = scratch.appending("list")
      try MeasuredInputs.copyStandardInput(to: list)
      input.filesFrom = PathArgument(argument: escapedArgument(list.bytes))
    }
    let list = try input.find()
    StandardStream.error.write(list.omitted.lines(isVerbose: false))
    found = list.inputs
    self.input = input
    isCold = cold
    sample = try StorageSample(found, options: options, cold: cold, scratch: scratch)
    storage = sample.speed
  }

  /// - Parameter options: of the images and their limits.
  func work(_ workload: Workload, _ options: ForwardedArguments) -> ResizeWork {
    ResizeWork(
      workload: workload, arguments: options + ForwardedArguments(input),
      coldSources: isCold ? found.map(\.source) : [])
  }

  /// The work of a profile of readers, whose serial run takes a few seconds: all images, or some from the whole list.
  func readersWork(_ options: ForwardedArguments, scratch: FilePath) throws -> (work: ResizeWork, count: Int) {
    let inputs = StorageSample.evenly(sample.count(within: MeasuredInputs.readersTime, atLeast: 64), of: found)
    let list = scratch.appending("readers")
    let file = try MeasuredInputs.create(list)
    try file.closeAfter {
      for input in inputs { _ = try file.writeAll(input.source.bytes + [0]) }
    }
    let listed = try InputOptions.parse(["-0", "--files-from=\(escapedArgument(list.bytes))"])
    let work = ResizeWork(
      workload: .read, arguments: options + ForwardedArguments(listed), coldSources: isCold ? inputs.map(\.source) : [])
    return (work, inputs.count)
  }

  /// Of a run with one reader; the others take less.
  private static let readersTime = 4.0

  /// - Parameters:
  ///   - count: of the inputs.
  ///   - records: of the setting whose warm-up lists the images, and others.
  func done(_ workload: Workload, count: Int, records: [Samples], readers: Int? = nil) -> WorkSummary {
    let items = records.first?.items ?? []
    return WorkSummary(
      workload, items: items.count, failed: count - items.count,
      megapixels: Double(items.reduce(0) { $0 + $1.size }) / 1e6,
      inputs: isCold ? .cold : storage == .slow ? .slow : .cached, readers: readers)
  }

  private static func create(_ path: FilePath) throws -> FileDescriptor {
    try FileDescriptor.open(path, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
  }

  private static func copyStandardInput(to path: FilePath) throws {
    // `measuring`, which creates the folder, reports errors in it.
    let file = try create(path)
    try file.closeAfter {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while !Signals.cancellation.isCancelled {
        let count: Int
        do {
          // A signal must interrupt the read, because the list may never end.
          count = try Descriptor.read(STDIN_FILENO, into: &buffer, retryOnInterrupt: false)
        } catch {
          if Signals.cancellation.isCancelled { throw CancelledError() }
          throw CommandError(status: .noInput, sentence: "the list on standard input cannot be read (\(error)).")
        }
        if count == 0 { break }
        try file.writeAll(buffer[..<count])
      }
    }
  }
}
