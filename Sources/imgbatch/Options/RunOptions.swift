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
      """
      threads share this process; processes keep a crash to one picture; serial uses one core. (default: threads, or \
      what profile --save found)
      """))
  var mode: ExecutionMode?

  @Option(
    help: ArgumentHelp(
      "Workers. (default: the cores that this process may really use, or what profile --save found)", valueName: "n"))
  var jobs: WorkerCount?

  @Option(
    help: ArgumentHelp(
      "A page that shows the run: a contact sheet, what failed and why, the slowest pictures, sizes.",
      valueName: "file.html"))
  var report: PageArgument?

  // For `compare`, which runs this program once per mode.
  @Option(help: .hidden)
  var workerLifetime: WorkerLifetime = .run

  // For `compare` and `profile`: measurements go to standard output.
  @Option(help: .hidden)
  var measurements: MeasurementDetail?

  @Option(
    help: ArgumentHelp(
      "What fails a picture: damage (missing or wrong pixels), or any warning, even in what shrinking drops.",
      valueName: "level"))
  var failOn: DamageTolerance = ThumbnailOptions().tolerance

  @Option(
    help: ArgumentHelp(
      "What shrinks JPEGs while decoding: this program's own decoder where it can, or always libjpeg. Pixels are the same.",
      valueName: "name"))
  var decoder: JPEGDecoderChoice = ThumbnailOptions().decoder

  @Flag(
    help: ArgumentHelp(
      "Do not run where worker processes cannot be confined in full (exit status 70). Needs --mode processes."))
  var requireSandbox = false

  @Flag(help: "Stop at the first picture that fails.")
  var failFast = false

  @Flag(help: "Say what would be written where; read headers only.")
  var dryRun = false

  @OptionGroup var sharding: ShardOptions
  @OptionGroup var limits: LimitOptions

  func validate() throws {
    if dryRun && report != nil {
      throw ValidationError("--report shows what was written, and --dry-run writes nothing.")
    }
    if requireSandbox && execution.mode != .processes {
      throw ValidationError("--require-sandbox confines worker processes; add --mode processes.")
    }
    try jobs?.validate()
  }

  /// Whether saved defaults can still determine the mode or the number of workers.
  var isLeftToDefaults: Bool { mode == nil || (mode != .serial && jobs == nil) }

  /// The requested setting, else the one saved for this machine, else threads on all cores. A saved number of workers applies
  /// only to the saved mode.
  var execution: ExecutorOptions {
    let saved = isLeftToDefaults ? SavedDefaults.load() : nil
    let chosen = mode ?? saved?.mode ?? .threads
    let count = jobs?.count ?? saved.flatMap { $0.mode == chosen ? $0.workers : nil } ?? UsableCores.count
    var execution = ExecutorOptions(chosen, workers: chosen == .serial ? 1 : count)
    execution.limits = limits.run.work
    execution.lifetime = workerLifetime
    execution.sandbox = requireSandbox ? .required : .wanted
    return execution
  }
}

extension ExecutionMode: ExpressibleByArgument {}
extension WorkerLifetime: ExpressibleByArgument {}
extension MeasurementDetail: ExpressibleByArgument {}
extension DamageTolerance: ExpressibleByArgument {}
extension JPEGDecoderChoice: ExpressibleByArgument {}
