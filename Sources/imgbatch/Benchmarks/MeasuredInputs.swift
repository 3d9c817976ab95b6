internal import BatchEngine
internal import Benchmarking
internal import Glibc
internal import ImageCodecs
internal import ImageCore
internal import Parallelism
internal import Reporting
internal import SystemPackage
internal import SystemSupport

/// The inputs of a measurement. They are found once; every run gets the same.
struct MeasuredInputs {
  let found: InputFiles
  private let input: InputOptions
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
    let list = try input.find()
    StandardStream.error.write(list.omitted.lines(isVerbose: false))
    found = list.inputs
    self.input = input
    self.limits = limits
    isCold = cold
  }

  /// - Parameter options: of the images and their limits.
  func work(_ options: ForwardedArguments) -> ResizeWork {
    ResizeWork(
      arguments: (options + ForwardedArguments(input)).bytes, coldSources: isCold ? found.map(\.source) : [])
  }

  /// - Parameter written: the number of files that each run wrote.
  func done(_ workload: Workload, written: Int) -> WorkSummary {
    WorkSummary(
      workload, items: written, failed: found.count - written, megapixels: megapixels,
      inputs: isCold ? .cold : .cached)
  }

  /// The stored pixels of all inputs that have a valid header.
  private var megapixels: Double {
    let (found, limits) = (found, limits.decode)
    var pixels = 0
    WaitingThreads.storage.map {
      $0 < found.count ? found[$0] : nil
    } state: {
      HeaderReader(limits: limits)
    } body: { reader, input in
      let size = input.refusal == nil ? try? reader.read(input.source).header.size : nil
      return size.map { $0.width * $0.height } ?? 0
    } take: {
      pixels += $0
    }
    return Double(pixels) / 1e6
  }

  private static func copyStandardInput(to path: FilePath) throws {
    // `measuring`, which creates the folder, reports errors in it.
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
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
