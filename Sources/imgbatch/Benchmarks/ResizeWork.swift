internal import Benchmarking
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Thumbnails as a workload.
struct ResizeWork: MeasuredWork {
  /// What each run of `resize` gets beside its mode and its folder.
  let arguments: PassedArguments
  /// Files to drop from the page cache before each timed run.
  let coldSources: [FilePath]

  var workload: Workload { .resize }

  func arguments(_ setting: Setting, out: FilePath, telling detail: MeasurementDetail) -> [[UInt8]] {
    ResizeWork.command(setting, out: out) + ["--measurements", detail.rawValue].map { Array($0.utf8) }
      + arguments.bytes
  }

  func emptyArguments(_ setting: Setting, out: FilePath) -> [[UInt8]] {
    // A list that may grow, so workers start before it turns out to be empty.
    ResizeWork.command(setting, out: out) + ["--files-from", "-"].map { Array($0.utf8) }
  }

  func prepare() {
    for source in coldSources { dropCachedPages(of: source) }
  }

  private static func command(_ setting: Setting, out: FilePath) -> [[UInt8]] {
    let words = ["resize", "--quiet", "--color", "never", "--no-journal", "--no-lock"] + options(setting) + ["--out"]
    return words.map { Array($0.utf8) } + [out.bytes]
  }

  private static func options(_ setting: Setting) -> [String] {
    let jobs = ["--jobs", "\(setting.workers)"]
    return switch setting.contestant {
    case .serial: ["--mode", "serial"]
    case .threads: ["--mode", "threads"] + jobs
    case .processes: ["--mode", "processes"] + jobs
    case .perPicture: ["--mode", "processes", "--worker-lifetime", "picture"] + jobs
    }
  }
}
