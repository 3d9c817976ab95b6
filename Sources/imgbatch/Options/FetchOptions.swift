internal import ArgumentParser
internal import BatchEngine
internal import Downloading
internal import ImageCodecs
internal import RunState
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// Where the images go, and how the run relates to earlier and later runs.
struct FetchOutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder for the pictures; made if it is not there.", valueName: "folder"))
  var out: PathArgument

  @Flag(
    help: """
      Go on after an interrupted run: what the journal in --out tells as downloaded is not even asked for again. Without, \
      servers are asked whether it changed.
      """)
  var resume = false

  @Flag(help: "Take only what failed or was not finished before, as the journal in --out tells.")
  var retryFailed = false

  @Option(
    help: ArgumentHelp(
      """
      Write the addresses that failed, with their positions, names and sha256, as JSON lines to a list that fetch reads; for \
      your eyes alone (mode 600).
      """, valueName: "file"))
  var failedTo: PathArgument?

  @Flag(help: "Keep no journal in --out; later runs then know nothing of this one.")
  var noJournal = false

  @Flag(help: "Do not keep other runs out of --out.")
  var noLock = false

  @Flag(help: "Have the disk keep every picture and its name before it counts as written.")
  var durable = false

  func validate() throws {
    if resume && retryFailed { throw ValidationError("--resume and --retry-failed cannot both be.") }
    if noJournal && (resume || retryFailed) {
      throw ValidationError("\(resume ? "--resume" : "--retry-failed") needs the journal, so --no-journal cannot be.")
    }
  }

  var runFiles: RunFileOptions {
    RunFileOptions(failedTo: failedTo?.path, failedIsPrivate: true, noJournal: noJournal, noLock: noLock)
  }
  var selection: JobSelection { resume ? .unfinished : retryFailed ? .failed : .all }
}

/// The thumbnails that are made while downloads continue.
struct FetchThumbnailOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Make thumbnails in this folder, too.", valueName: "folder"))
  var thumbs: PathArgument?

  @Option(
    help: ArgumentHelp("Size of the thumbnails, as --size of resize. (default: 256)", valueName: "size"),
    transform: SizeArgument.init)
  var resize: SizeArgument?

  @Flag(help: "Keep the pictures as they came, in --out. (default)")
  var keepOriginals = false

  @Flag(help: "Remove each picture from --out when its thumbnail is written; one whose thumbnail failed stays.")
  var noOriginals = false

  @Option(
    help: ArgumentHelp(
      "Thumbnails at once. (default: the cores that this process may really use)", valueName: "n"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp("Memory of the thumbnails' pictures. (default: half of what is available)", valueName: "bytes"))
  var maxMemory: ByteCount?

  func validate() throws {
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is 1 to 1024, not \(jobs).") }
    if keepOriginals && noOriginals { throw ValidationError("--keep-originals and --no-originals cannot both be.") }
    guard thumbs == nil else { return }
    let needing = [
      ("resize", resize != nil), ("no-originals", noOriginals), ("jobs", jobs != nil), ("max-memory", maxMemory != nil),
    ]
    if let (name, _) = needing.first(where: \.1) {
      throw ValidationError("--\(name) is about thumbnails; add --thumbs.")
    }
  }

  /// Nil where no thumbnails are requested.
  func order(mode: ExecutionMode, sandbox: SandboxRule) -> DownloadThumbnailerOptions? {
    guard let thumbs else { return nil }
    var options = ThumbnailOptions()
    options.size = resize?.request ?? options.size
    var limits = WorkLimits()
    if let maxMemory { limits.memoryByteCount = maxMemory.count }
    return DownloadThumbnailerOptions(
      folder: thumbs.path, options: options, mode: mode, workers: mode == .serial ? 1 : jobs ?? UsableCores.count,
      limits: limits, sandbox: sandbox, keepsOriginals: !noOriginals)
  }
}

/// How requests are made.
struct RequestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Downloads at once from one host.", valueName: "n"))
  var perHost = 6

  @Option(help: ArgumentHelp("Seconds until a connection has to be there.", valueName: "seconds"))
  var connectTimeout = 15.0

  @Option(help: ArgumentHelp("Seconds in which something has to come.", valueName: "seconds"))
  var stallTimeout = 30.0

  @Option(help: ArgumentHelp("Seconds that one try may take in all.", valueName: "seconds"))
  var totalTimeout = 600.0

  @Option(help: ArgumentHelp("Tries after the first, where it may help (408, 429, 5xx, network).", valueName: "n"))
  var retries = 4

  @Option(
    help: ArgumentHelp(
      "Seconds before the second try; they double up to 30, vary by half, and Retry-After counts.", valueName: "seconds"
    ))
  var retryDelay = 0.5

  @Option(help: ArgumentHelp("Refuse bigger pictures; K, M and G are powers of 1024.", valueName: "bytes"))
  var maxBytes = ByteCount(count: DecodeLimits().fileByteCount)

  @Option(help: ArgumentHelp("Redirections that are followed.", valueName: "n"))
  var maxRedirects = 10

  @OptionGroup var headers: HeaderOptions

  @Option(help: ArgumentHelp("How imgbatch calls itself.", valueName: "name"))
  var userAgent = "imgbatch/\(Build.version)"

  @Flag(help: "Connect to addresses that are not public, too: this machine, its network, its cloud.")
  var allowPrivate = false

  func validate() throws {
    guard (1...1000).contains(perHost) else { throw ValidationError("--per-host is 1 to 1000, not \(perHost).") }
    guard (0...100).contains(retries) else { throw ValidationError("--retries is 0 to 100, not \(retries).") }
    guard (0...100).contains(maxRedirects) else {
      throw ValidationError("--max-redirects is 0 to 100, not \(maxRedirects).")
    }
    let times = [("connect-timeout", connectTimeout), ("stall-timeout", stallTimeout), ("total-timeout", totalTimeout)]
    for (name, value) in times {
      guard value >= 0.001, value <= 1_000_000 else {
        throw ValidationError("--\(name) is 0.001 to 1000000, not \(value).")
      }
    }
    guard retryDelay >= 0, retryDelay <= 3600 else {
      throw ValidationError("--retry-delay is 0 to 3600, not \(retryDelay).")
    }
    guard !userAgent.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw ValidationError("--user-agent has control characters.")
    }
  }

  static let flags = HeaderOptions.flags.union(["--allow-private"])
  static let options = HeaderOptions.options.union([
    "--per-host", "--connect-timeout", "--stall-timeout", "--total-timeout", "--retries", "--retry-delay",
    "--max-bytes", "--max-redirects", "--user-agent",
  ])

  /// The same options as arguments for another run of `fetch`.
  var arguments: [String] {
    let values: [(String, String)] = [
      ("per-host", "\(perHost)"), ("connect-timeout", "\(connectTimeout)"), ("stall-timeout", "\(stallTimeout)"),
      ("total-timeout", "\(totalTimeout)"), ("retries", "\(retries)"), ("retry-delay", "\(retryDelay)"),
      ("max-bytes", "\(maxBytes.count)"), ("max-redirects", "\(maxRedirects)"), ("user-agent", userAgent),
    ]
    return values.map { "--\($0)=\($1)" } + headers.arguments + (allowPrivate ? ["--allow-private"] : [])
  }

  /// - Precondition: `CurlLibrary` is open.
  func apply(to rules: inout DownloadOptions) throws {
    rules.perHost = perHost
    rules.request.connectTimeout = .seconds(connectTimeout)
    rules.request.stallTimeout = .seconds(stallTimeout)
    rules.request.totalTimeout = .seconds(totalTimeout)
    rules.request.userAgent = userAgent
    rules.request.policy = allowPrivate ? .any : .publicOnly
    rules.retry.retries = retries
    rules.retry.firstWait = .seconds(retryDelay)
    rules.maxByteCount = maxBytes.count
    rules.maxRedirects = maxRedirects
    try headers.apply(to: &rules.headers)
    rules.proxies = .ofEnvironment
  }
}
