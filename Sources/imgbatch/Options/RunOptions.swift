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
  var jobs: Int?

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
    if requireSandbox && workers.mode != .processes {
      throw ValidationError("--require-sandbox confines worker processes; add --mode processes.")
    }
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is 1 to 1024, not \(jobs).") }
  }

  var sandbox: SandboxRule { requireSandbox ? .required : .wanted }

  /// Whether saved defaults can still determine the mode or the number of workers.
  var isLeftToDefaults: Bool { mode == nil || (mode != .serial && jobs == nil) }

  /// The requested setting, else the one saved for this machine, else threads on all cores. A saved number of workers applies
  /// only to the saved mode.
  var workers: (mode: ExecutionMode, count: Int) {
    let saved = isLeftToDefaults ? SavedDefaults.load() : nil
    let chosen = mode ?? saved?.mode ?? .threads
    let count = jobs ?? saved.flatMap { $0.mode == chosen ? $0.workers : nil } ?? UsableCores.count
    return (chosen, chosen == .serial ? 1 : count)
  }

  func apply(to options: inout ThumbnailOptions) {
    options.tolerance = failOn
    if measurements != nil { options.clocks = .wallAndProcessor }
    options.decoder = decoder
    limits.apply(to: &options.limits)
  }
}

/// Limits on a source.
struct LimitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Refuse pictures with more pixels.", valueName: "n"))
  var maxPixels: Int = DecodeLimits().pixelCount

  @Option(help: ArgumentHelp("Refuse bigger files; K, M and G are powers of 1024.", valueName: "bytes"))
  var maxFileBytes = ByteCount(count: DecodeLimits().fileByteCount)

  @Option(help: ArgumentHelp("Refuse progressive JPEGs with more scans.", valueName: "n"))
  var maxScans: Int = DecodeLimits().scanCount

  @Option(
    help: ArgumentHelp(
      "Memory of the whole run: pictures that need much wait for each other. (default: half of what is available)",
      valueName: "bytes"))
  var maxMemory: ByteCount?

  @Option(help: ArgumentHelp("Seconds that one picture may take; 0 for no limit.", valueName: "seconds"))
  var timeout = 60.0

  func validate() throws {
    guard timeout >= 0, timeout <= 1_000_000 else {
      throw ValidationError("--timeout is 0 to 1000000 seconds, not \(timeout).")
    }
    guard maxPixels >= 1 else { throw ValidationError("--max-pixels is 1 or more, not \(maxPixels).") }
    guard (1...1_000_000).contains(maxScans) else {
      throw ValidationError("--max-scans is 1 to 1000000, not \(maxScans).")
    }
  }

  var work: WorkLimits {
    var limits = WorkLimits()
    if let maxMemory { limits.memoryByteCount = maxMemory.count }
    limits.timeout = timeout > 0 ? .seconds(timeout) : nil
    return limits
  }

  func apply(to limits: inout DecodeLimits) {
    limits.pixelCount = maxPixels
    limits.fileByteCount = maxFileBytes.count
    limits.scanCount = maxScans
  }
}

/// A number of bytes on the command line: "4096", "64K", "512M", "2G".
struct ByteCount: ExpressibleByArgument {
  let count: Int

  init(count: Int) { self.count = count }

  init?(argument: String) {
    let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30]
    let shift = argument.last.flatMap { shifts[Character($0.uppercased())] }
    let digits = shift == nil ? argument[...] : argument.dropLast()
    guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit), let number = Int(digits) else { return nil }
    let (count, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
    guard !overflow, count >= 1 else { return nil }
    self.count = count
  }

  var defaultValueDescription: String {
    for (suffix, shift) in [("G", 30), ("M", 20), ("K", 10)] where count % (1 << shift) == 0 {
      return "\(count >> shift)\(suffix)"
    }
    return String(count)
  }
}

extension ExecutionMode: ExpressibleByArgument {}
extension WorkerLifetime: ExpressibleByArgument {}
extension MeasurementDetail: ExpressibleByArgument {}
extension DamageTolerance: ExpressibleByArgument {}
extension JPEGDecoderChoice: ExpressibleByArgument {}
