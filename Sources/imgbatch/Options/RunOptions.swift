internal import ArgumentParser
internal import BatchEngine
internal import ImageCodecs
internal import RunState
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// How the run is executed, and its limits.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How the work is spread over cores.",
      discussion: """
        threads: in one process. processes: in confined worker processes, so that a crash costs one image; use it for \
        untrusted images. serial: on one core. Default: threads, or what profile --save stored.
        """))
  var mode: ExecutionMode?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Number of workers.",
      discussion: "Default: the cores that this process may use, or what profile --save stored.", valueName: "n"))
  var jobs: WorkerCount?

  @Option(
    help: ArgumentHelp(
      "Write a page about the run: contact sheet, failures, slowest images, sizes.", valueName: "file.html"))
  var report: PageArgument?

  // For `compare`, which runs this program once per mode.
  @Option(help: .hidden)
  var workerLifetime: WorkerLifetime = .run

  // For `compare` and `profile`: measurements go to standard output.
  @Option(help: .hidden)
  var measurements: MeasurementDetail?

  @Option(
    help: ArgumentHelp(
      "What counts as a failure; repeatable.",
      discussion: """
        damage: missing or damaged pixels. warning: any decoder warning, in data that shrink-on-load skips too. never: use \
        all pixels that can be decoded. unreadable: in addition, images in a folder whose format imgbatch cannot read. \
        Default: damage.
        """, valueName: "what"))
  var failOn: [FailureRule] = []

  @Option(
    help: ArgumentHelp(
      "The JPEG decoder: auto uses the built-in one where it can, libjpeg always libjpeg-turbo.",
      discussion: "The pixels are the same; this is for comparisons.", valueName: "name"))
  var decoder: JPEGDecoderChoice = ThumbnailOptions().decoder

  @Flag(
    help: ArgumentHelp(
      "Exit with status 70 where worker processes cannot be fully confined; needs --mode processes."))
  var requireSandbox = false

  @Flag(help: "Stop at the first image that fails.")
  var failFast = false

  @Flag(name: [.customShort("n"), .long], help: "Show what would be written, without writing; read headers only.")
  var dryRun = false

  func validate() throws {
    if dryRun && report != nil {
      throw ValidationError("--report cannot be used with --dry-run, which writes nothing.")
    }
    if requireSandbox && chosenMode(SavedDefaults.load()) != .processes {
      throw ValidationError("--require-sandbox needs --mode processes.")
    }
    let levels = failOn.compactMap(\.tolerance)
    if levels.count > 1 {
      throw ValidationError("--fail-on takes one of damage, warning and never; only unreadable can be added to it.")
    }
    try jobs?.validate()
  }

  var tolerance: DamageTolerance { failOn.compactMap(\.tolerance).first ?? ThumbnailOptions().tolerance }

  /// Whether images in formats that cannot be read are inputs that fail.
  var failsOnUnreadable: Bool { failOn.contains(.unreadable) }

  /// Whether saved defaults can still determine the mode or the number of workers.
  var isLeftToDefaults: Bool { mode == nil || (mode != .serial && jobs == nil) }

  private func chosenMode(_ saved: SavedDefaults?) -> ExecutionMode { mode ?? saved?.mode ?? .threads }

  /// The requested setting, else the one saved for this machine, else threads on all cores. A saved number of workers applies
  /// only to the saved mode.
  func execution(_ limits: WorkLimitOptions) -> ExecutorOptions {
    let saved = isLeftToDefaults ? SavedDefaults.load() : nil
    let chosen = chosenMode(saved)
    let count = jobs?.count ?? saved.flatMap { $0.mode == chosen ? $0.workers : nil } ?? UsableCores.count
    var execution = ExecutorOptions(chosen, workers: chosen == .serial ? 1 : count)
    execution.limits = limits.work
    execution.lifetime = workerLifetime
    execution.sandbox = requireSandbox ? .required : .wanted
    return execution
  }
}

extension ExecutionMode: ChoiceArgument {}
extension WorkerLifetime: ChoiceArgument {}
extension MeasurementDetail: ChoiceArgument {}
extension JPEGDecoderChoice: ChoiceArgument {}

/// A value of `--fail-on`.
enum FailureRule: String, ChoiceArgument {
  case damage, warning, never, unreadable

  /// Nil for the rule that is about files, not about pixels.
  var tolerance: DamageTolerance? { DamageTolerance(rawValue: rawValue) }
}
