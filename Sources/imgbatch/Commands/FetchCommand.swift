internal import ArgumentParser
internal import BatchEngine
internal import Downloading
internal import ImageCore
internal import Reporting
internal import RunState
internal import SystemSupport
internal import TextFormatting
internal import WorkerIPC

struct FetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Download the images of a list, many at once.",
    discussion: """
      Give addresses, or a list: a file, or - for standard input, which is read while downloads continue. A list has one \
      address per line; or tab- or comma-separated values whose first line names the columns; or JSON lines. The columns and \
      fields are url and, optionally, name (the path below --out), sha256 and position. Without a name, an image gets its \
      position and the last part of its address, as in 000001-rex.jpg. Lines that start with # are comments, except in tables.

      Downloads are identified by their address, so a list may be edited. Only an image that came from the same address is \
      overwritten. If another file has the name, a name from a position becomes a free one, as in 000001-rex-2.jpg, and a name \
      from the list fails (exists).

      Only \(ImageFormat.names("and")) content is kept. A second run asks servers whether images changed, and completes partial downloads. \
      Proxies come from the environment (https_proxy, http_proxy, all_proxy, no_proxy).

      A user and password in an address are sent to its host only, and are shown as ****; --failed-to contains them. Keys in \
      a query are shown. --header and --header-for are sent to the scheme, host and port of an address in the list, not to \
      redirect targets, and over https only, unless --header-over-http is given.

      --thumbs makes thumbnails while other images download. For other options of resize, pipe the paths as in the last example.

      EXAMPLES:
        imgbatch fetch dogs.txt --out dogs
        imgbatch fetch dogs.txt --out dogs --thumbs thumbs --thumb-size 256
        imgbatch fetch dogs.txt --out dogs --resume
        imgbatch fetch http://dogs.example/rex.jpg http://dogs.example/luna.jpg --out dogs
        imgbatch fetch dogs.txt --out dogs --print0 | imgbatch resize --files-from - -0 --out thumbs
      """)

  @Argument(help: ArgumentHelp("A list of addresses, - for standard input, or addresses.", valueName: "list or URL"))
  var sources: [PathArgument]

  @OptionGroup(title: "Outputs") var output: FetchOutputOptions
  @OptionGroup(title: "Outputs") var history: ResumeOptions<FetchResumeHelp>
  @OptionGroup(title: "Thumbnails") var thumbnails: FetchThumbnailOptions
  @OptionGroup(title: "Thumbnails") var list: ManifestOptions

  @Option(help: ArgumentHelp("Downloads at once. (default: 16)", valueName: "n"))
  var connections: Int?

  @OptionGroup(title: "Requests") var request: RequestOptions
  @OptionGroup(title: "Requests") var headers: HeaderOptions

  @Flag(
    name: .customLong("print0"),
    help: "Print the path of each downloaded image to standard output as soon as it is complete, ended by NUL.")
  var print0 = false

  @Option(
    help: ArgumentHelp(
      "How downloads run.",
      discussion: """
        threads: in one process. processes: each connection in a separate, confined process, so that a fault in libcurl or \
        its TLS library does not affect imgbatch. serial: one after another.
        """))
  var mode: ExecutionMode = .threads

  @Flag(
    help: ArgumentHelp(
      "Exit with status 70 where worker processes cannot be fully confined; needs --mode processes."))
  var requireSandbox = false

  // For `compare`: measurements go to standard output.
  @Option(help: .hidden)
  var measurements: MeasurementDetail?

  @OptionGroup(title: "Messages") var messages: MessageOptions

  func validate() throws {
    _ = try AddressSource(sources)
    if list.manifest != nil && thumbnails.thumbs == nil { throw ValidationError("--manifest needs --thumbs.") }
    try history.check(against: .overwrite)
    if let connections, !(1...1000).contains(connections) {
      throw ValidationError("--connections is 1 to 1000, not \(connections).")
    }
    if print0 && messages.json { throw ValidationError("--print0 cannot be used with --json.") }
    if print0 && thumbnails.noOriginals {
      throw ValidationError("--print0 prints the paths of the originals and cannot be used with --no-originals.")
    }
    if requireSandbox && mode != .processes {
      throw ValidationError("--require-sandbox needs --mode processes.")
    }
    if mode == .serial && (connections ?? 1) > 1 { throw ValidationError("--mode serial uses one connection.") }
    if mode == .serial && (thumbnails.jobs?.count ?? 1) > 1 { throw ValidationError("--mode serial uses one job.") }
  }

  func run() throws {
    try ending {
      if let reason = CurlLibrary.open() { throw CommandError.noCurl(reason) }
      let options = try makeOptions()
      return try FetchRun(
        source: AddressSource(sources), runFiles: history.runFiles, report: output.report, options: options,
        thumbnails: thumbnails.makeOptions(mode: mode, sandbox: options.sandbox, list), list: list, mode: mode,
        messages: messages,
        events: measurements.map { .measurements($0) } ?? messages.events, printsPaths: print0
      ).perform()
    }
  }

  /// libcurl must be open.
  private func makeOptions() throws -> DownloadOptions {
    var options = DownloadOptions(folder: output.out.path)
    options.thumbnailFolder = thumbnails.thumbs?.path
    options.connections = mode == .serial ? 1 : connections ?? options.connections
    options.selection = history.selection(.overwrite)
    options.durability = history.durability
    options.sandbox = requireSandbox ? .required : .wanted
    if mode == .processes { options.workerProgram = WorkerSocket.programNextToExecutable() }
    options.perHost = request.perHost
    options.request.connectTimeout = .seconds(request.connectTimeout.seconds)
    options.request.stallTimeout = .seconds(request.stallTimeout.seconds)
    options.request.totalTimeout = .seconds(request.totalTimeout.seconds)
    options.request.userAgent = request.userAgent
    options.request.policy = request.allowPrivate ? .any : .publicOnly
    options.retry.retries = request.retries
    options.retry.firstWait = .seconds(request.retryDelay.seconds)
    options.maxByteCount = request.maxBytes.count
    options.maxRedirects = request.maxRedirects
    options.headers = try headers.makeHeaders()
    options.proxies = .ofEnvironment
    return options
  }
}
