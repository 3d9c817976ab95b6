internal import BatchEngine
internal import ImageCodecs
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
  let list: ManifestOptions
  let history: ResumeOptions<ResizeResumeHelp>
  let work: RunOptions
  /// The part of the inputs that is processed; nil for all.
  let shard: Shard?
  let messages: MessageOptions
  let options: ThumbnailOptions
  let execution: ExecutorOptions
  /// The values of `{size}` in names, one for each output of an image.
  let sizeTexts: [String]

  private let began = ContinuousClock.now
  private let stop = Signals.cancellation

  func perform() throws { try ending { try begin() } }

  private func begin() throws -> ExitStatus {
    if work.dryRun && list.manifest != nil {
      throw CommandError(
        status: .wrongUsage, sentence: "--manifest cannot be used with --dry-run, which writes nothing.")
    }
    try input.checkSeparator(otherList: history.failedTo != nil)
    Signals.handle()
    if messages.progressWidth != nil { Signals.clearLineWhenSuspended() }
    WorkerMain.prepare()
    if let single = try SingleImageRun(self) { return try single.perform() }
    let found = try input.find(
      around: output.out.path, shard: shard, unreadableFails: work.failsOnUnreadable,
      listsUnreadable: messages.verbosity == .verbose || work.dryRun || work.report != nil,
      keepsInputName: output.parents)
    let naming = try naming()
    let planned = try plan(found, naming)
    let marks = !work.dryRun && OutputMarker.suits(output.out.path)
    try checkOutputFolder()
    if marks { OutputMarker.write(in: output.out.path) }
    let lists = input.filesFrom.map { [$0.path] } ?? []
    var check = OverwriteCheck(inputs: found.inputs, lists: lists, jobs: planned, outputFolder: output.out.path)
    let page = try work.report.map {
      ReportPage(
        try $0.prepare(&check), inputs: input.descriptions, outputs: [output.out.path], workers: execution.description)
    }
    let manifest = try list.record(of: naming.folder, &check, execution, options)
    let runFiles = try RunFiles(
      in: output.out.path, history.runFiles, selection: history.selection(output.existing),
      separator: input.separator, shard: shard, isDry: work.dryRun, check: &check, lists: lists)
    guard input.isStreamed else { return try execute(planned, nil, found.omitted, naming, runFiles, [manifest, page]) }
    let written = [page?.path, manifest?.path, history.failedTo?.path].compactMap { $0 }
    let listed = ListedJobs(
      after: Array(planned), from: 0, separator: input.separator, naming: naming, shard: shard,
      existing: options.existing, written: written, stop: stop)
    let status = try execute(planned, listed, found.omitted, naming, runFiles, [manifest, page])
    try checkEnd(of: listed, status)
    return status
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
      throw CommandError(error, keepsInputNames: output.parents)
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

  private func execute(
    _ planned: PlannedJobs, _ listed: ListedJobs?, _ omitted: OmittedInputs, _ naming: OutputNaming,
    _ runFiles: RunFiles, _ reports: [(any RunRecord)?]
  ) throws -> ExitStatus {
    let own = planned.indices(of: shard)
    let jobs: any JobSource & RunInputs =
      listed ?? (work.dryRun ? SortedJobs(inOrder: planned, at: own) : SortedJobs(planned, at: own))
    let reporter = RunReporter(
      messages,
      extent: .init(inputs: jobs.count, sourceByteCount: listed == nil ? planned.sourceByteCount(at: own) : 0),
      omitted: omitted,
      events: work.measurements.map { .measurements($0) } ?? messages.events,
      canResume: runFiles.journal != nil, since: began)
    let shardLog = try (work.dryRun ? nil : shard).map {
      try ShardEventLog($0, in: output.out.path, options: options, naming: naming, inputs: jobs.count, since: began)
    }
    let records = reports + [runFiles, shardLog]
    let failFast = work.failFast ? [StopAtFailure(stop: stop)] : []
    let driver = RunDriver(
      reporter, inputs: jobs, execution: execution, records: records.compactMap { $0 },
      stopConditions: failFast + [StopAtClosedOutput(stop: stop)])
    let source = runFiles.resumable(ObservedJobs(jobs, driver), folder: output.out.path, options: options)
    if messages.verbosity == .verbose && work.isLeftToDefaults {
      StandardStream.error.write(SavedDefaults.description + "\n")
    }
    reporter.start(version: Build.version, mode: execution.mode, workers: execution.workers)
    if !naming.template.hasExtension {
      reporter.warn(code: "name", "the outputs have no extension, because --name does not end with {ext}.")
    }
    shardLog?.start(execution)
    return try driver.run(abandon: { source.abandonImagesInFlight() }) { () throws(ExecutorError) in
      if work.dryRun { preview(source, reporter) } else { try driver.makeImages(source, execution, options) }
    }
  }

  /// Rejects a list that named no usable inputs, or that ended early.
  private func checkEnd(of listed: ListedJobs, _ status: ExitStatus) throws {
    if let input = listed.overwritten { throw CommandError.overwritten(input) }
    if let reason = listed.failure { throw CommandError(.unreadableList("-", reason: reason)) }
    if listed.fingerprint?.count == 0 && status == .success {
      throw CommandError(status: .noInput, sentence: "the list on standard input names no image.")
    }
  }

  private func preview(_ jobs: ResumableJobSource, _ reporter: RunReporter) {
    let options = options
    WaitingThreads.storage.map(stop: stop) { _ in
      StandardStream.output.condition == .open ? jobs.claim() : nil
    } state: {
      DryRun(options: options)
    } body: { dryRun, job in
      let checked = jobs.checked(job)
      return (checked, checked.rest.map(dryRun.result))
    } take: { checked, result in
      guard StandardStream.output.condition == .open, var job = jobs.begin(checked), let result else { return }
      switch result {
      case .finished(let outcome): jobs.finished(job, outcome)
      case .planned(let preview):
        job.settle(preview.outputs)
        reporter.add(job, planned: preview)
        jobs.finished(job, nil)
      }
    }
  }
}

extension ThumbnailOptions {
  /// - Parameter look: the options of the image itself.
  init(
    _ look: ThumbnailOptions, _ output: OutputOptions, _ list: ManifestOptions,
    _ history: ResumeOptions<ResizeResumeHelp>, _ work: RunOptions, _ limits: LimitOptions
  ) {
    self = look
    fingerprints = list.fingerprints
    format = output.format == .auto ? .byOpacity : .planned
    existing = output.existing
    durability = history.durability
    jpeg.quality = output.quality
    jpeg.subsampling = output.subsampling
    jpeg.scans = output.progressive ? .progressive : .baseline
    png.level = output.pngLevel
    webp.coding = output.lossless ? .lossless : .lossy
    outputLimit = output.limit
    if case .color(let color)? = output.background {
      background = color
      padding = .background
    }
    clocks = work.measurements == nil ? .wall : .wallAndProcessor
    tolerance = work.tolerance
    self.limits = limits.decode
    decoder = work.decoder
  }
}
