// Longer than most: one run from its options to its exit status, in the order of events.

internal import BatchEngine
internal import ImageErrors
internal import Parallelism
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// One run of `resize` or `grayscale`: finds the inputs, plans, executes, reports, and returns the exit status.
struct ResizeRun {
  let input: InputOptions
  let output: OutputOptions
  let work: RunOptions
  let messages: MessageOptions
  let options: ThumbnailOptions
  private let mode: ExecutionMode
  private let workers: Int
  /// The values of `{size}` in names, one for each output of an image.
  let sizeTexts: [String]

  /// Nil where no page is requested.
  private let record: RunPageData?
  private var page: Page?
  private let began = ContinuousClock.now
  private let stop = Signals.stopRequest

  init(
    input: InputOptions, output: OutputOptions, work: RunOptions, messages: MessageOptions, options: ThumbnailOptions,
    sizeTexts: [String],
    defaultSizeWord: String
  ) {
    var options = options
    output.apply(to: &options)
    work.apply(to: &options)
    self.input = input
    self.output = output
    self.work = work
    self.messages = messages
    self.options = options
    self.sizeTexts = sizeTexts.isEmpty ? [defaultSizeWord] : sizeTexts
    (mode, workers) = work.workers
    record = work.report.map { _ in RunPageData() }
  }

  func perform() throws {
    try ending {
      var run = self
      return try run.begin()
    }
  }

  private mutating func begin() throws -> ExitStatus {
    try input.checkSeparator(otherList: output.history.failedTo != nil)
    Signals.handle()
    if messages.progressWidth != nil { Signals.clearLineWhenSuspended() }
    WorkerMain.prepare()
    let found = try input.find(around: output.out.path, shard: shard)
    let naming = try naming()
    let planned = try plan(found, naming)
    try checkOutputFolder()
    let lists = input.filesFrom.map { [$0.path] } ?? []
    var check = OverwriteCheck(inputs: found.inputs, lists: lists, jobs: planned, outputFolder: output.out.path)
    page = try work.report?.prepare(&check)
    let runFiles = try RunFiles(
      in: output.out.path, output.history.runFiles, selection: output.history.selection(output.existing),
      separator: input.separator, shard: shard, isDry: work.dryRun, check: &check, lists: lists)
    return input.isStreamed ? try runStream(after: planned, naming, runFiles) : try run(planned, naming, runFiles)
  }

  private func naming() throws -> OutputNaming {
    let options = options
    return OutputNaming(
      folder: output.out.path, template: try output.template(sizes: sizeTexts.count), format: output.format,
      sizes: sizeTexts,
      measure: { path in
        Result { () throws(JobError) in try DryRun(options: options).preview(of: path).outputs.map(\.size) }
      })
  }

  private func plan(_ found: InputList, _ naming: OutputNaming) throws -> PlannedJobs {
    do throws(PlanError) {
      return try Planner.jobs(
        for: found.inputs, naming: naming, shard: shard, lists: input.filesFrom.map { [$0.path] } ?? [])
    } catch {
      throw CommandError(error)
    }
  }

  private func checkOutputFolder() throws {
    let folder = output.out.path
    do throws(Errno) {
      if work.dryRun { try OutputFolder.inspect(folder) } else { try OutputFolder.prepare(folder) }
    } catch {
      throw CommandError.outputFolder(folder, error)
    }
  }

  private func run(_ jobs: PlannedJobs, _ naming: OutputNaming, _ runFiles: RunFiles) throws -> ExitStatus {
    let own = jobs.indices(of: shard)
    let reporter = reporter(for: .init(inputs: own.count, sourceByteCount: jobs.sourceByteCount(at: own)))
    if work.dryRun {
      preview(SortedJobs(inOrder: jobs, at: own), reporter, runFiles)
      return status(of: finish(reporter, inputs: own.count))
    }
    return try execute(
      SortedJobs(jobs, at: own), naming, reporter, runFiles, inputs: { own.count }, found: { jobs.fingerprint })
  }

  /// Standard input is read during the run, so the number of inputs is known only at the end.
  private func runStream(after planned: PlannedJobs, _ naming: OutputNaming, _ runFiles: RunFiles) throws -> ExitStatus
  {
    let jobs = ListedJobs(
      after: Array(planned), from: 0, separator: input.separator, naming: naming, shard: shard,
      existing: options.existing, written: [page?.path, output.history.failedTo?.path].compactMap { $0 }, stop: stop)
    let reporter = reporter(for: .init(inputs: nil, sourceByteCount: 0))
    let status: ExitStatus
    if work.dryRun {
      preview(jobs, reporter, runFiles)
      status = self.status(of: finish(reporter, inputs: jobs.ownCount))
    } else {
      status = try execute(
        jobs, naming, reporter, runFiles, inputs: { jobs.ownCount }, found: { jobs.failure == nil ? jobs.found : nil },
        mayWriteLists: { jobs.overwritten == nil })
    }
    if let input = jobs.overwritten { throw CommandError.overwritten(input) }
    if let reason = jobs.failure { throw CommandError(.unreadableList("-", reason: reason)) }
    if jobs.found.count == 0 && status == .success {
      throw CommandError(status: .noInput, sentence: "the list on standard input names no picture.")
    }
    return status
  }

  /// - Parameters:
  ///   - inputs: the number of inputs of this run.
  ///   - found: the inputs of all shards, recorded for `merge`; nil where not all are known.
  ///   - mayWriteLists: false where an input turned out to be the page or the list of failures.
  private func execute(
    _ jobs: any JobSource, _ naming: OutputNaming, _ reporter: RunReporter, _ runFiles: RunFiles,
    inputs: @escaping @Sendable () -> Int, found: () -> ListFingerprint?,
    mayWriteLists: @escaping @Sendable () -> Bool = { true }
  ) throws -> ExitStatus {
    let endsAtFailure = work.failFast
    let (stop, record) = (stop, record)
    let account = try shard.map {
      try ShardEventLog($0, in: output.out.path, options: options, naming: naming, inputs: jobs.count, since: began)
    }
    let note: @Sendable (Job, Outcome) -> Void = { job, outcome in
      runFiles.note(job, outcome)
      record?.add(job, outcome)
      reporter.add(job, outcome)
      account?.reporter.add(job, outcome)
      if case .failed = outcome, endsAtFailure { stop.make() }
      if StandardStream.output.condition != .open { stop.make() }
    }
    let resumable = runFiles.resumable(jobs, folder: output.out.path, options: options, settled: note)
    start(reporter)
    account?.reporter.start(version: Build.version, mode: mode, workers: workers)
    Signals.onGracePeriodExpired {
      resumable.dropImagesInHand()
      let summary = finish(reporter, inputs: inputs())
      if mayWriteLists() { writePage(summary) }
      runFiles.close(writesList: mayWriteLists())
    }
    do throws(ExecutorError) {
      try executor(
        for: mode, workers: workers, limits: work.limits.work, lifetime: work.workerLifetime, sandbox: work.sandbox,
        onConfinement: { reporter.note($0) }
      ).run(resumable, options: options, stop: stop) { job, outcome in
        resumable.end(job, outcome)
        note(job, outcome)
      }
      resumable.finish()
    } catch {
      let summary = finish(reporter, inputs: inputs())
      if mayWriteLists() { writePage(summary) }
      runFiles.close(writesList: mayWriteLists())
      throw CommandError(error)
    }
    let summary = finish(reporter, inputs: inputs())
    account?.close(inputs: inputs(), found: stop.isMade ? nil : found(), usage: summary.usage)
    runFiles.close(writesList: mayWriteLists())
    let pageIsWritten = mayWriteLists() ? writePage(summary) : true
    let status = status(of: summary)
    return !pageIsWritten && status == .success ? .outputUnusable : status
  }

  private func preview(_ jobs: any JobSource, _ reporter: RunReporter, _ runFiles: RunFiles) {
    let resumable = runFiles.resumable(jobs, folder: output.out.path, options: options) { reporter.add($0, $1) }
    start(reporter)
    let previewer = DryRun(options: options)
    while !stop.isMade, StandardStream.output.condition == .open, let job = resumable.next() {
      let result = previewer.result(of: job)
      switch result {
      case .planned(let preview): reporter.add(job, planned: preview)
      case .ended(let outcome): reporter.add(job, outcome)
      }
      resumable.leave(job)
      if case .ended(.failed) = result, work.failFast { return }
    }
  }

  private var shard: Shard? { work.sharding.shard }

  private func reporter(for extent: RunReporter.RunScope) -> RunReporter {
    RunReporter(
      messages, extent: extent, events: work.measurements.map { .measurements($0) } ?? messages.events, since: began)
  }

  private func start(_ reporter: RunReporter) {
    if messages.verbosity == .verbose {
      if work.isLeftToDefaults { StandardStream.error.write(SavedDefaults.description + "\n") }
    }
    reporter.start(version: Build.version, mode: mode, workers: workers)
  }

  @discardableResult
  private func finish(_ reporter: RunReporter, inputs: Int) -> RunSummary {
    let processes = mode == .processes ? min(workers, inputs) : 0
    return reporter.finish(inputs: inputs, usage: .now(workerProcesses: processes))
  }

  /// - Returns: false where a page was requested and could not be written.
  @discardableResult
  private func writePage(_ summary: RunSummary) -> Bool {
    guard let record, let page else { return true }
    let facts = RunPage.PageHeader(
      software: Build.summary, mode: mode.rawValue, workers: workers, isInterrupted: Signals.received != nil)
    do {
      let (html, permissions) = RunPage(record, summary, facts, page: page.path).document
      try page.write(html, permissions: permissions)
      return true
    } catch {
      StandardStream.error.write("Error: \(error.sentence)\n")
      return false
    }
  }

  private func status(of summary: RunSummary) -> ExitStatus {
    ExitStatus(summary.statistics, interruptedBy: Signals.received)
  }
}
