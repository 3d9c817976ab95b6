internal import Benchmarking
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Thumbnails as a workload.
struct ResizeWork: BenchmarkWork {
  let workload: Workload
  /// The arguments of each run of `resize`, without the mode and the output folder.
  let arguments: ForwardedArguments
  /// Files to drop from the page cache before each timed run.
  let coldSources: [FilePath]

  func arguments(_ configuration: Configuration, out: FilePath, detail: MeasurementDetail) -> [[UInt8]] {
    ResizeWork.command(configuration, out: out) + ["--measurements", detail.rawValue].map { Array($0.utf8) }
      + withReaders(configuration).bytes
  }

  func emptyArguments(_ configuration: Configuration, out: FilePath) -> [[UInt8]] {
    // A streamed list may grow, so workers start before it turns out to be empty.
    ResizeWork.command(configuration, out: out) + ["--files-from", "-"].map { Array($0.utf8) }
  }

  func prepare() {
    for source in coldSources { dropCachedPages(of: source) }
  }

  private func withReaders(_ configuration: Configuration) -> ForwardedArguments {
    switch configuration.mode {
    case .unassistedThreads: arguments.setting("--readers", to: 0)
    case .readers: arguments.setting("--readers", to: configuration.workers)
    case .serial, .threads, .processes, .perImage: arguments
    }
  }

  private static func command(_ configuration: Configuration, out: FilePath) -> [[UInt8]] {
    let text =
      ["resize", "--quiet", "--color", "never", "--no-journal", "--no-lock"] + options(configuration) + ["--out"]
    return text.map { Array($0.utf8) } + [out.bytes]
  }

  private static func options(_ configuration: Configuration) -> [String] {
    let jobs = ["--jobs", "\(configuration.workers)"]
    return switch configuration.mode {
    case .serial: ["--mode", "serial"]
    case .threads, .unassistedThreads: ["--mode", "threads"] + jobs
    case .readers: ["--mode", "threads", "--jobs", "\(UsableCores.count)"]
    case .processes: ["--mode", "processes"] + jobs
    case .perImage: ["--mode", "processes", "--worker-lifetime", "picture"] + jobs
    }
  }
}
