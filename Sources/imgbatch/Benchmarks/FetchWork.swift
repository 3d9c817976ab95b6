internal import BatchEngine
internal import Benchmarking
internal import Downloading
internal import Parallelism
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Downloads as a workload: workers that wait.
struct FetchWork: MeasuredWork {
  /// As many at once as `fetch` has by itself.
  static let usualWorkers = 16

  /// A file: each run reads it anew.
  private let list: FilePath
  private let count: Int
  /// About requests, for `fetch`.
  private let options: [String]

  init(_ list: FilePath, _ request: RequestOptions, scratch: FilePath) throws {
    do throws(Errno) {
      var reader = ListReader(try Descriptor(opening: list, .list))
      var count = 0
      while !reader.isAtEnd, !Signals.stopRequest.isMade {
        while try reader.next() != nil { count += 1 }
        if !reader.isAtEnd { reader.waitForMore() }
      }
      self.count = count
    } catch {
      throw Complaint(.unreadableList(list, reason: error.words))
    }
    self.list = list
    options = request.arguments
  }

  /// Serial, and the other modes with so many workers.
  func settings(_ counts: [Int]) -> [Setting] {
    let others = workload.contestants.filter { $0 != .serial }
    return [Setting(.serial, workers: 1)] + others.flatMap { mode in counts.map { Setting(mode, workers: $0) } }
  }

  func done(written: Int) -> WorkDone { WorkDone(workload, items: written, failed: count - written, inputs: .remote) }

  var workload: Workload { .fetch }

  func arguments(_ setting: Setting, out: FilePath, telling detail: MeasurementDetail) -> [[UInt8]] {
    FetchWork.command(setting, out: out) + (["--measurements", detail.rawValue] + options).map { Array($0.utf8) }
      + [Array("--".utf8), list.bytes]
  }

  func emptyArguments(_ setting: Setting, out: FilePath) -> [[UInt8]] {
    FetchWork.command(setting, out: out) + [Array("-".utf8)]
  }

  func prepare() {}

  private static func command(_ setting: Setting, out: FilePath) -> [[UInt8]] {
    let words =
      ["fetch", "--quiet", "--color", "never", "--no-journal", "--no-lock", "--mode"] + mode(setting) + ["--out"]
    return words.map { Array($0.utf8) } + [out.bytes]
  }

  private static func mode(_ setting: Setting) -> [String] {
    let connections = ["--connections", "\(setting.workers)"]
    return switch setting.contestant {
    case .serial: ["serial"]
    case .threads: ["threads"] + connections
    case .processes, .perPicture: ["processes"] + connections
    }
  }
}

extension Workload {
  static let fetch = Workload(
    name: "fetch", title: "Downloads", item: "download", bound: .answers, workersOption: "--connections",
    contestants: [.serial, .threads, .processes])
}
