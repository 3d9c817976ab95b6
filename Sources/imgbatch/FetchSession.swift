internal import Batch
internal import Fetching
internal import Reporting
internal import SystemPackage

/// One run of `fetch`: downloads, reports, and tells how it ended.
struct FetchSession {
  let list: PathArgument
  let output: FetchOutputOptions
  let rules: FetchRules
  let talk: TalkOptions
  let printsPaths: Bool

  private let stop = Signals.stopRequest
  private let began = ContinuousClock.now

  init(list: PathArgument, output: FetchOutputOptions, rules: FetchRules, talk: TalkOptions, printsPaths: Bool) {
    self.list = list
    self.output = output
    self.rules = rules
    self.talk = talk
    self.printsPaths = printsPaths
  }

  func perform() throws {
    try ending {
      if let reason = CurlLibrary.open() { throw Complaint.noCurl(reason) }
      Signals.handle()
      if talk.progressWidth != nil { Signals.clearLineWhenSuspended() }
      var reader = try openList()
      do throws(Errno) { try OutputFolder.prepare(rules.folder) } catch {
        throw Complaint.outputFolder(rules.folder, error)
      }
      let books = try Books(in: rules.folder, output.books, selection: .all, separator: .newline, isDry: false)
      return try download(&reader, books)
    }
  }

  private func openList() throws -> ListReader {
    if list.text == "-" { return ListReader(Descriptor(owning: 0)) }
    do throws(Errno) { return ListReader(try Descriptor(opening: list.path, .list)) } catch {
      throw Complaint(.unreadableList(list.path, reason: error.words))
    }
  }

  private func history() throws -> DownloadHistory {
    let history: DownloadHistory
    do throws(Errno) { history = try DownloadHistory(of: rules.folder) } catch {
      throw Complaint.journal(rules.folder, error)
    }
    if rules.selection == .failed && history.isEmpty { throw Complaint.nothingToRetry(rules.folder) }
    return history
  }

  private func download(_ reader: inout ListReader, _ books: Books) throws -> ExitStatus {
    let reporter = RunReporter(talk, extent: .init(inputs: nil, sourceByteCount: 0), events: talk.events, since: began)
    let downloader = Downloader(rules: rules, history: try history(), journal: books.journal) { job, outcome in
      books.note(job, outcome)
      if printsPaths { printPath(job, outcome) }
      reporter.add(job, outcome)
      if StandardStream.output.condition != .open { stop.make() }
    }
    guard let downloader else { throw Complaint(status: .internalFault, sentence: "there is no memory for downloads.") }
    reporter.start(
      version: ImgBatch.version, mode: rules.connections == 1 ? .serial : .threads, workers: rules.connections)
    var failure: Errno?
    do throws(Errno) { try downloader.run(&reader, stop: stop) } catch { failure = error }
    let summary = reporter.finish(inputs: downloader.foundCount, usage: .now(workerProcesses: 0))
    books.close()
    if let failure { throw Complaint(.unreadableList(list.path, reason: failure.words)) }
    if downloader.foundCount == 0 && Signals.received == nil {
      throw Complaint(status: .noInput, sentence: "the list \(list.path.forTerminal) has no address.")
    }
    return ExitStatus(summary.tally, interruptedBy: Signals.received)
  }

  /// What is there now, whether it just came or not.
  private func printPath(_ job: Job, _ outcome: Outcome) {
    switch outcome {
    case .written, .skipped(.upToDate): StandardStream.output.write(bytes: job.output.bytes + [0])
    case .skipped, .failed: break
    }
  }
}

extension Complaint {
  fileprivate static func noCurl(_ reason: String) -> Complaint {
    Complaint(
      status: .internalFault,
      sentence: "downloads need libcurl, which cannot be opened (\(terminalText(reason))); install it, "
        + "as with apt-get install libcurl4.")
  }
}
