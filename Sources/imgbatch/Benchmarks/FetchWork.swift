internal import BatchEngine
internal import Benchmarking
internal import Downloading
internal import Parallelism
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Downloads as a workload. Its workers mostly wait.
struct FetchWork: BenchmarkWork {
  /// The default number of connections of `fetch`.
  static let usualWorkers = 16

  /// The path of the list. Each run reads it again.
  private let list: FilePath
  private let count: Int
  /// The request options for `fetch`.
  private let options: [[UInt8]]

  init(_ list: FilePath, _ request: ForwardedArguments, scratch: FilePath) throws {
    do throws(Errno) {
      var reader = DownloadListReader(try Descriptor(opening: list, .list))
      var count = 0
      while !reader.isAtEnd, !Signals.cancellation.isCancelled {
        while try reader.next() != nil { count += 1 }
        if !reader.isAtEnd { reader.waitForMore() }
      }
      self.count = count
    } catch {
      throw CommandError(.unreadableList(list, reason: error.message))
    }
    self.list = list
    options = request.bytes
  }

  /// Serial mode once, and each other mode with each number of workers.
  func configurations(_ counts: [Int]) -> [Configuration] {
    let others = workload.modes.filter { $0 != .serial }
    return [Configuration(.serial, workers: 1)]
      + others.flatMap { mode in counts.map { Configuration(mode, workers: $0) } }
  }

  func done(written: Int) -> WorkSummary {
    WorkSummary(workload, items: written, failed: count - written, inputs: .remote)
  }

  var workload: Workload { .fetch }

  func arguments(_ configuration: Configuration, out: FilePath, detail: MeasurementDetail) -> [[UInt8]] {
    FetchWork.command(configuration, out: out) + ["--measurements", detail.rawValue].map { Array($0.utf8) } + options
      + [list.bytes]
  }

  func emptyArguments(_ configuration: Configuration, out: FilePath) -> [[UInt8]] {
    FetchWork.command(configuration, out: out) + [Array("-".utf8)]
  }

  func prepare() {}

  private static func command(_ configuration: Configuration, out: FilePath) -> [[UInt8]] {
    let text =
      ["fetch", "--quiet", "--color", "never", "--no-journal", "--no-lock", "--mode"] + mode(configuration) + ["--out"]
    return text.map { Array($0.utf8) } + [out.bytes]
  }

  private static func mode(_ configuration: Configuration) -> [String] {
    let connections = ["--connections", "\(configuration.workers)"]
    return switch configuration.mode {
    case .serial: ["serial"]
    case .threads, .unassistedThreads, .readers: ["threads"] + connections
    case .processes, .perImage: ["processes"] + connections
    }
  }
}

extension Workload {
  static let fetch = Workload(
    name: "fetch", title: "Downloads", item: "download", bound: .answers, workersOption: "--connections",
    modes: [.serial, .threads, .processes])
}
