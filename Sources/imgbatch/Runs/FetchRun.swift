internal import BatchEngine
internal import Downloading
internal import ImageCodecs
internal import Parallelism
internal import Reporting
internal import RunState
internal import Synchronization
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import WorkerIPC

/// One run of `fetch`: downloads, makes thumbnails at the same time if requested, reports, and returns the exit status.
struct FetchRun {
  let list: PathArgument
  let runFiles: RunFileOptions
  let rules: DownloadOptions
  /// Nil where images are only downloaded.
  let thumbnails: DownloadThumbnailerOptions?
  let mode: ExecutionMode
  let messages: MessageOptions
  let events: EventOutput
  let printsPaths: Bool

  private let stop = Signals.stopRequest
  private let began = ContinuousClock.now

  init(
    list: PathArgument, runFiles: RunFileOptions, rules: DownloadOptions, thumbnails: DownloadThumbnailerOptions?,
    mode: ExecutionMode,
    messages: MessageOptions, events: EventOutput, printsPaths: Bool
  ) {
    self.list = list
    self.runFiles = runFiles
    self.rules = rules
    self.thumbnails = thumbnails
    self.mode = mode
    self.messages = messages
    self.events = events
    self.printsPaths = printsPaths
  }

  func perform() throws -> ExitStatus {
    Signals.handle()
    if messages.progressWidth != nil { Signals.clearLineWhenSuspended() }
    let source = try openList()
    let connections = try connections()
    try prepare(rules.folder)
    var check = OverwriteCheck(lists: [list.path])
    let runFiles = try RunFiles(
      in: rules.folder, runFiles, selection: .all, separator: .newline, isDry: false, check: &check, lists: [list.path])
    // Only while holding the lock: the files are then leftovers of a killed run.
    if !self.runFiles.noLock { _ = StaleTemporaries.sweep(rules.folder, before: StaleTemporaries.now) }
    let history = try history()
    let line = try thumbnails.map { try $0.line(below: rules.folder, self.runFiles, &check) { try prepare($0) } }
    return try run(
      source,
      Downloading(rules: rules, connections: connections, history: history, journal: runFiles.journal, stop: stop),
      runFiles, line)
  }

  private func connections() throws -> FetchConnections {
    do throws(ExecutorError) { return try FetchConnections(rules) } catch { throw CommandError(error) }
  }

  private func openList() throws -> CInt {
    if list.text == "-" { return 0 }
    do throws(Errno) { return try Descriptor(opening: list.path, .list).release() } catch {
      throw CommandError(.unreadableList(list.path, reason: error.message))
    }
  }

  private func prepare(_ folder: FilePath) throws {
    do throws(Errno) { try OutputFolder.prepare(folder) } catch { throw CommandError.outputFolder(folder, error) }
  }

  private func history() throws -> DownloadHistory {
    let history: DownloadHistory
    do throws(JournalError) { history = try DownloadHistory(of: rules.folder) } catch {
      throw CommandError.journal(error)
    }
    if rules.selection == .failed && history.isEmpty { throw CommandError.nothingToRetry(rules.folder) }
    return history
  }

  private func run(
    _ list: CInt, _ downloading: Downloading, _ runFiles: RunFiles, _ line: DownloadThumbnailer?
  ) throws -> ExitStatus {
    let reporter = RunReporter(messages, extent: .init(inputs: nil, sourceByteCount: 0), events: events, since: began)
    let (stop, printsPaths) = (stop, printsPaths)
    let note: @Sendable (Job, Outcome) -> Void = { job, outcome in
      if let listed = downloading.ended(job.index), case .failed = outcome { runFiles.note(failed: listed) }
      reporter.add(job, outcome)
      if StandardStream.output.condition != .open { stop.make() }
    }
    let arrived: @Sendable (Job, Outcome) -> Void = { job, outcome in
      if printsPaths { printPath(job, outcome) }
      if let line { line.take(job, outcome, else: note) } else { note(job, outcome) }
    }
    reporter.start(version: Build.version, mode: mode, workers: rules.connections)
    if let confinement = downloading.confinement { reporter.note(confinement) }
    let heldBack: @Sendable (HTTPURL) -> Void = { reporter.warn(code: "headers", heldBackWords($0)) }
    if let line {
      Signals.onGracePeriodExpired {
        line.drop()
        reporter.finish(inputs: downloading.foundCount, usage: .now(workerProcesses: 0))
        runFiles.close()
      }
      line.run(
        besides: { downloading.run(list, line: line, heldBack: heldBack, report: arrived) }, stop: stop,
        confinement: { reporter.note($0) }, note: note)
    } else {
      downloading.run(list, line: nil, heldBack: heldBack, report: arrived)
    }
    let summary = reporter.finish(inputs: downloading.foundCount, usage: .now(workerProcesses: line?.processes ?? 0))
    runFiles.close()
    line?.close()
    return try status(of: summary, downloading, line)
  }

  private func status(of summary: RunSummary, _ downloading: Downloading, _ line: DownloadThumbnailer?) throws
    -> ExitStatus
  {
    if let error = line?.failure { throw CommandError(error) }
    if let failure = downloading.failure { throw CommandError(.unreadableList(list.path, reason: failure.message)) }
    if downloading.foundCount == 0 && Signals.received == nil {
      throw CommandError(status: .noInput, sentence: "the list \(list.path.forTerminal) has no address.")
    }
    return ExitStatus(summary.statistics, interruptedBy: Signals.received)
  }
}

/// - Parameter address: the first address that the headers are not sent to.
private func heldBackWords(_ address: HTTPURL) -> String {
  "headers are sent over https only, so http://\(terminalText(address.host)) and other addresses of http are asked without "
    + "them; list those as https, or add --header-over-http."
}

/// Prints the path of a file that exists, downloaded by this run or by an earlier one.
private func printPath(_ job: Job, _ outcome: Outcome) {
  switch outcome {
  case .written, .skipped(.upToDate): StandardStream.output.write(bytes: job.output.bytes + [0])
  case .skipped, .failed: break
  }
}

/// The downloads of a run. `run` may be called on any thread.
final class Downloading: Sendable {
  private let rules: DownloadOptions
  private let connections: FetchConnections
  private let history: DownloadHistory
  private let journal: Journal?
  private let stop: CancellationFlag
  private let result = Mutex<(found: Int, failure: Errno?)>((0, nil))
  /// Entries of the list that have not ended, by index.
  private let entries = Mutex<[Int: ListedAddress]>([:])

  init(
    rules: DownloadOptions, connections: FetchConnections, history: DownloadHistory, journal: Journal?,
    stop: CancellationFlag
  ) {
    self.rules = rules
    self.connections = connections
    self.history = history
    self.journal = journal
    self.stop = stop
  }

  /// The confinement of the download processes; nil without processes.
  var confinement: Confinement? { connections.confinement }
  /// The number of list entries that have ended or are in progress.
  var foundCount: Int { result.withLock { $0.found } }
  /// Removes the list entry of an ended download and returns it.
  func ended(_ index: Int) -> ListedAddress? { entries.withLock { $0.removeValue(forKey: index) } }
  /// The reason why the list could not be read to its end.
  var failure: Errno? { result.withLock { $0.failure } }

  /// - Parameter list: an open descriptor. This function closes it.
  func run(
    _ list: CInt, line: DownloadThumbnailer?, heldBack: @escaping (HTTPURL) -> Void,
    report: @escaping (Job, Outcome) -> Void
  ) {
    var reader = DownloadListReader(Descriptor(owning: list))
    let isKept: (FilePath, FileStamp) -> Bool = { path, stamp in
      FileStamp(of: path, links: .stay) == stamp || line?.isMade(of: path) == true
    }
    var limits = DecodeLimits()
    limits.fileByteCount = rules.maxByteCount
    let downloader = Downloader(
      rules: rules, connections: connections, history: history, journal: journal,
      images: DownloadedImageCheck(limits: limits), isKept: isKept, heldBack: heldBack,
      found: { [self] index, listed in
        result.withLock { $0.found = index + 1 }
        entries.withLock { $0[index] = listed }
      }, report: report)
    do throws(Errno) {
      guard let downloader else { throw .noMemory }
      try downloader.run(&reader, stop: stop) { line?.hasRoom ?? true }
    } catch {
      result.withLock { $0.failure = error }
    }
  }
}

extension CommandError {
  static func noCurl(_ reason: String) -> CommandError {
    CommandError(
      status: .internalFault,
      sentence: "downloads need libcurl, which cannot be opened (\(terminalText(reason))); install it, "
        + "as with apt-get install libcurl4.")
  }
}
