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
    abstract: "Downloads the pictures of a list, many at once, and trusts no server.",
    discussion: """
      LIST is a file or - for standard input, which is read while downloads go on: one address a line, or tab- or \
      comma-separated values whose first line names the columns, or JSON lines. Columns and fields are url and, if wanted, \
      name (the path below --out), sha256 and position. Without a name, an image gets its position and the end of its \
      address. A line that starts with # is a comment, but in a table, where it is a row.

      Downloads are known by their address, so a list may be edited. Only the image that came from the same address is \
      overwritten. Where another file has a name that follows from a position, the image gets a free one, as \
      000001-rex-2.jpg; where it has a name of the list, that line fails (exists).

      Only what its content says is a \(ImageFormat.names("or")) counts. Run again, servers are asked whether pictures changed; parts of \
      pictures are completed. Proxies come from the environment (https_proxy, http_proxy, all_proxy, no_proxy).

      A user and a password in an address go to its host alone, and are shown as ****; --failed-to has them. Keys in a \
      query are shown. --header and --header-for go to scheme, host and port of an address in the list, and not where that \
      redirects to; over https only, unless --header-over-http is given.

      With --thumbs, thumbnails are made of what has come while the rest still downloads. For other looks than --resize \
      gives, pipe the paths into imgbatch resize, as below.

      EXAMPLES:
        imgbatch fetch dogs.txt --out dogs
        imgbatch fetch dogs.txt --out dogs --thumbs thumbs --resize 256
        imgbatch fetch dogs.txt --out dogs --resume
        imgbatch fetch dogs.txt --out dogs --print0 | imgbatch resize --files-from - -0 --out thumbs
      """)

  @Argument(help: ArgumentHelp("The list of addresses; - for standard input.", valueName: "list"))
  var list: PathArgument

  @OptionGroup(title: "Outputs") var output: FetchOutputOptions
  @OptionGroup(title: "Thumbnails") var thumbnails: FetchThumbnailOptions

  @Option(help: ArgumentHelp("Downloads at once. (default: 16)", valueName: "n"))
  var connections: Int?

  @OptionGroup(title: "Requests") var request: RequestOptions

  @Flag(
    name: .customLong("print0"),
    help: "Write the path of each picture that is there to standard output, ended by NUL, as soon as it is.")
  var print0 = false

  @Option(
    help: ArgumentHelp(
      """
      threads: side by side in this process; processes: each connection in a process of its own, which is confined; \
      serial: one after another. Without processes, what an answer does to libcurl or its TLS library is done to imgbatch, \
      with your rights.
      """))
  var mode: ExecutionMode = .threads

  @Flag(
    help: ArgumentHelp(
      "Do not run where worker processes cannot be confined in full (exit status 70). Needs --mode processes."))
  var requireSandbox = false

  // For `compare`: measurements go to standard output.
  @Option(help: .hidden)
  var measurements: MeasurementDetail?

  @OptionGroup(title: "Messages") var messages: MessageOptions

  func validate() throws {
    if let connections, !(1...1000).contains(connections) {
      throw ValidationError("--connections is 1 to 1000, not \(connections).")
    }
    if print0 && messages.json { throw ValidationError("--print0 and --json cannot both be.") }
    if print0 && thumbnails.noOriginals {
      throw ValidationError("--print0 tells of originals, so --no-originals cannot be.")
    }
    if requireSandbox && mode != .processes {
      throw ValidationError("--require-sandbox confines worker processes; add --mode processes.")
    }
    if mode == .serial && (connections ?? 1) > 1 { throw ValidationError("--mode serial has one connection.") }
    if mode == .serial && (thumbnails.jobs?.count ?? 1) > 1 { throw ValidationError("--mode serial has one job.") }
  }

  func run() throws {
    try ending {
      if let reason = CurlLibrary.open() { throw CommandError.noCurl(reason) }
      let options = try makeOptions()
      return try FetchRun(
        list: list, runFiles: output.history.runFiles, options: options,
        thumbnails: thumbnails.makeOptions(mode: mode, sandbox: options.sandbox), mode: mode, messages: messages,
        events: measurements.map { .measurements($0) } ?? messages.events, printsPaths: print0
      ).perform()
    }
  }

  /// libcurl must be open.
  private func makeOptions() throws -> DownloadOptions {
    var options = DownloadOptions(folder: output.out.path)
    options.thumbnailFolder = thumbnails.thumbs?.path
    options.connections = mode == .serial ? 1 : connections ?? options.connections
    options.selection = output.history.selection(.overwrite)
    options.durability = output.history.durability
    options.sandbox = requireSandbox ? .required : .wanted
    if mode == .processes { options.workerProgram = WorkerSocket.programNextToExecutable() }
    options.perHost = request.perHost
    options.request.connectTimeout = .seconds(request.connectTimeout)
    options.request.stallTimeout = .seconds(request.stallTimeout)
    options.request.totalTimeout = .seconds(request.totalTimeout)
    options.request.userAgent = request.userAgent
    options.request.policy = request.allowPrivate ? .any : .publicOnly
    options.retry.retries = request.retries
    options.retry.firstWait = .seconds(request.retryDelay)
    options.maxByteCount = request.maxBytes.count
    options.maxRedirects = request.maxRedirects
    options.headers = try request.headers.makeHeaders()
    options.proxies = .ofEnvironment
    return options
  }
}
