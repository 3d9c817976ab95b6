internal import BatchEngine
internal import Downloading
internal import Parallelism
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import WorkerIPC

/// One run of `fetch`: downloads, makes thumbnails at the same time if requested, reports, and returns the exit status.
struct FetchRun {
  let source: AddressSource
  let runFiles: RunFileOptions
  let report: PageArgument?
  let options: DownloadOptions
  /// Nil where images are only downloaded.
  let thumbnails: DownloadThumbnailerOptions?
  let list: ManifestOptions
  let mode: ExecutionMode
  let messages: MessageOptions
  let events: EventOutput
  let printsPaths: Bool

  private let began = ContinuousClock.now
  private let stop = Signals.cancellation

  func perform() throws -> ExitStatus {
    Signals.handle()
    if messages.progressWidth != nil { Signals.clearLineWhenSuspended() }
    let list = try openList()
    let connections = try connections()
    try prepare(options.folder)
    let lists = [source.path].compactMap { $0 }
    var check = OverwriteCheck(lists: lists)
    let page = try report.map { try reportPage($0, &check) }
    let runFiles = try RunFiles(
      in: options.folder, runFiles, selection: .all, separator: .newline, isDry: false, check: &check, lists: lists)
    // Only while holding the lock: the files are then leftovers of a killed run.
    if !self.runFiles.noLock { _ = StaleTemporaries.sweep(options.folder, before: StaleTemporaries.now) }
    let downloading = Downloading(
      options: options, connections: connections, history: try history(), journal: runFiles.journal, stop: stop)
    let thumbnailFiles = try thumbnails?.open(below: options.folder, self.runFiles, &check) { try prepare($0) }
    let manifest = try thumbnails.flatMap {
      try self.list.record(of: $0.folder, &check, $0.execution, $0.options)
    }
    let reporter = RunReporter(
      messages, extent: .init(inputs: nil, sourceByteCount: 0), events: events,
      canResume: runFiles.journal != nil, verb: thumbnails == nil ? "downloaded" : "written", since: began)
    let records: [(any RunRecord)?] = [
      manifest, FailedAddresses(downloading: downloading, runFiles: runFiles), thumbnailFiles, page,
    ]
    let driver = RunDriver(
      reporter, inputs: downloading, execution: thumbnails?.execution, records: records.compactMap { $0 },
      stopConditions: [StopAtClosedOutput(stop: stop)])
    var thumbnailer: DownloadThumbnailer?
    if let thumbnails, let thumbnailFiles {
      thumbnailer = DownloadThumbnailer(thumbnails, root: options.folder, thumbnailFiles, driver)
    }
    reporter.start(version: Build.version, mode: mode, workers: options.connections)
    if let confinement = downloading.confinement { reporter.note(confinement) }
    return try run(list, downloading, thumbnailer, reporter, driver)
  }

  private func reportPage(_ report: PageArgument, _ check: inout OverwriteCheck) throws -> ReportPage {
    let folders = [options.folder] + (thumbnails.map { [$0.folder] } ?? [])
    let workers = thumbnails.map { "; thumbnails: \($0.execution.description)" } ?? ""
    return ReportPage(
      try report.prepare(&check), inputs: source.descriptions, outputs: folders,
      workers: "\(mode.rawValue), \(counted(options.connections, "connection"))\(workers)",
      isDownload: thumbnails == nil)
  }

  private func connections() throws -> FetchConnections {
    do throws(ExecutorError) { return try FetchConnections(options) } catch { throw CommandError(error) }
  }

  private func openList() throws -> CInt {
    do throws(Errno) { return try source.open() } catch { throw CommandError(unreadable: source, error) }
  }

  private func prepare(_ folder: FilePath) throws {
    do throws(Errno) { try OutputFolder.prepare(folder) } catch { throw CommandError.outputFolder(folder, error) }
  }

  private func history() throws -> DownloadHistory {
    let history: DownloadHistory
    do throws(JournalError) { history = try DownloadHistory(of: options.folder, at: runFiles.journal) } catch {
      throw CommandError.journal(error)
    }
    if options.selection == .failed && history.isEmpty { throw CommandError.nothingToRetry(options.folder) }
    return history
  }

  private func run(
    _ list: CInt, _ downloading: Downloading, _ thumbnailer: DownloadThumbnailer?, _ reporter: RunReporter,
    _ driver: RunDriver
  ) throws -> ExitStatus {
    let observers: [any OutcomeObserver] = (printsPaths ? [PathPrinter()] : []) + [thumbnailer ?? driver]
    let download: @Sendable () -> Void = {
      downloading.run(
        list, thumbnailer, heldBack: { reporter.warn(code: "headers", heldBackMessage($0)) }, observers: observers)
    }
    let status = try driver.run(abandon: { thumbnailer?.abandon() }) { () throws(ExecutorError) in
      if let thumbnailer { try thumbnailer.run(during: download) } else { download() }
    }
    if let failure = downloading.failure { throw CommandError(unreadable: source, failure) }
    if downloading.foundCount == 0 && Signals.received == nil {
      throw CommandError(status: .noInput, sentence: "\(source.description) contains no address.")
    }
    return status
  }
}

/// The list of addresses that failed (`--failed-to`).
private struct FailedAddresses: RunRecord {
  let downloading: Downloading
  let runFiles: RunFiles

  func observe(_ job: Job, _ outcome: Outcome) {
    if let listed = downloading.ended(job.index), case .failed = outcome { runFiles.note(failed: listed) }
  }

  func close(_ summary: RunSummary, of inputs: any RunInputs) -> Bool { runFiles.close(summary, of: inputs) }
}

/// - Parameter address: the first address that the headers are not sent to.
private func heldBackMessage(_ address: HTTPURL) -> String {
  "headers are sent over https only, so http://\(terminalText(address.host)) and other http addresses are requested without "
    + "them; list them as https, or add --header-over-http."
}

/// Prints the path of each file that exists, downloaded by this run or by an earlier one (`--print0`).
private struct PathPrinter: OutcomeObserver {
  func observe(_ job: Job, _ outcome: Outcome) {
    switch outcome {
    case .written, .skipped(.upToDate): StandardStream.output.write(bytes: job.output.bytes + [0])
    case .skipped, .failed: break
    }
  }
}
