internal import Benchmarking
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Thumbnails as a workload.
struct ResizeWork: BenchmarkWork {
  /// The arguments of each run of `resize`, without the mode and the output folder.
  let arguments: [[UInt8]]
  /// Files to drop from the page cache before each timed run.
  let coldSources: [FilePath]

  var workload: Workload { .resize }

  func arguments(_ configuration: Configuration, out: FilePath, detail: MeasurementDetail) -> [[UInt8]] {
    ResizeWork.command(configuration, out: out) + ["--measurements", detail.rawValue].map { Array($0.utf8) }
      + arguments
  }

  func emptyArguments(_ configuration: Configuration, out: FilePath) -> [[UInt8]] {
    // A streamed list may grow, so workers start before it turns out to be empty.
    ResizeWork.command(configuration, out: out) + ["--files-from", "-"].map { Array($0.utf8) }
  }

  func prepare() {
    for source in coldSources { dropCachedPages(of: source) }
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
    case .threads: ["--mode", "threads"] + jobs
    case .processes: ["--mode", "processes"] + jobs
    case .perImage: ["--mode", "processes", "--worker-lifetime", "picture"] + jobs
    }
  }
}
