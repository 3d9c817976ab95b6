internal import ArgumentParser
internal import BatchEngine
internal import Benchmarking
internal import ImageCore
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import Thumbnailing

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Measure how the work scales with cores, in every mode and within one image.",
    discussion: """
      Serial mode, and threads and processes with 1, 2, 4 ... workers up to all cores, make the same thumbnails. Every run \
      is a separate process; the settings take turns, after a warm-up. Then the same numbers of threads share the largest \
      image. All outputs are compared, then removed. Use a release build, an idle machine, and a few hundred images.

      EXAMPLES:
        imgbatch profile dogs
        imgbatch profile dogs --jobs 1,2 --report cores.html
        imgbatch profile dogs --save
        imgbatch profile dogs --fetch dogs.txt --report cores.html
      """)

  @OptionGroup(title: "Inputs") var input: InputOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Numbers of workers, as in 1,2,4. (default: powers of 2 up to the cores that this process may use)",
      valueName: "list"))
  var jobs: WorkerCounts?

  @Option(
    help: ArgumentHelp(
      "Measure downloads of this list as well, with up to 16 at once.",
      discussion: "Takes the request options of fetch.", valueName: "list"))
  var fetch: PathArgument?

  @OptionGroup var measure: MeasureOptions

  @Option(help: ArgumentHelp("Write a page with plots, as a single file.", valueName: "file.html"))
  var report: PageArgument?

  @Flag(help: "Make the best mode and number of workers the default of resize on this machine.")
  var save = false

  @OptionGroup(title: "Image") var image: ImageOptions
  @OptionGroup(title: "Image") var color: ColorChoiceOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Limits") var workLimits: WorkLimitOptions
  @OptionGroup(title: "Requests", visibility: .hidden) var request: RequestOptions
  @OptionGroup(title: "Requests", visibility: .hidden) var headers: HeaderOptions

  func validate() throws {
    if fetch == nil { try checkUnused(request, headers) }
  }

  func run() throws {
    try measuring { scratch in
      let inputs = try MeasuredInputs(input, limits: limits, cold: measure.cold, scratch: scratch)
      var check = OverwriteCheck(
        inputs: inputs.found, lists: [input.filesFrom, fetch].compactMap { $0?.path })
      let page = try report?.prepare(&check)
      let defaults = save ? try SavedDefaults.prepare(&check) : nil
      let profile = try profile(inputs, scratch)
      let machine = Machine(usableCores: UsableCores.count, software: Build.summary)
      let others = try fetch.map { [try downloads($0.path, scratch)] } ?? []
      let profiles = [profile] + others
      for profile in profiles { StandardStream.output.write(text(profile, machine)) }
      try page?.write(ProfilePage(profiles, on: machine).html)
      let isSaved = try defaults.map { try save(profile, machine, to: $0) } ?? true
      return profiles.contains { $0.work.failed > 0 } || !isSaved ? .someImagesFailed : .success
    }
  }

  private func profile(_ inputs: MeasuredInputs, _ scratch: FilePath) throws -> ScalingProfile {
    let measured = inputs.work(ForwardedArguments(image, color, limits, workLimits))
    let cores = UsableCores.count
    let counts = jobs?.counts ?? ScalingProfile.doublings(upTo: cores)
    let configurations = ScalingProfile.configurations(measured.workload.modes, counts: counts)
    var target = BenchmarkRunner(measured, scratch: scratch, runs: configurations.count * (measure.runs + 1))
    let before = MachineLoad.Reading()
    let records = try InterleavedSchedule(configurations, rounds: measure.runs).run(&target)
    let bands = try bands(inputs.found, counts: ([1] + counts.filter { (2...cores).contains($0) }), scratch)
    let load = before.flatMap { before in MachineLoad.Reading().flatMap { MachineLoad(from: before, to: $0) } }
    return ScalingProfile(
      work: inputs.done(measured.workload, written: target.itemCount), cores: cores, records: records, bands: bands,
      load: load)
  }

  private func downloads(_ list: FilePath, _ scratch: FilePath) throws -> ScalingProfile {
    // The folder already contains the outputs of the other workload.
    let own = scratch.appending("fetch")
    try OutputFile.makeFolders(own)
    let measured = try FetchWork(list, ForwardedArguments(request, headers), scratch: own)
    let before = MachineLoad.Reading()
    let (records, written) = try measure.records(
      measured, measured.configurations(ScalingProfile.doublings(upTo: FetchWork.usualWorkers)), own)
    let load = before.flatMap { before in MachineLoad.Reading().flatMap { MachineLoad(from: before, to: $0) } }
    return ScalingProfile(work: measured.done(written: written), cores: UsableCores.count, records: records, load: load)
  }

  private func bands(_ inputs: InputFiles, counts: [Int], _ scratch: FilePath) throws -> SingleImageScaling? {
    guard counts.count > 1 else { return nil }
    var options = image.makeOptions(defaultSize: ThumbnailOptions().size, gray: color.kind)
    options.limits = limits.decode
    return try SingleImageTrial(inputs, options: options, scratch: scratch)?.run(bands: counts, rounds: measure.runs)
  }

  private func text(_ profile: ScalingProfile, _ machine: Machine) -> String {
    switch measure.form {
    case .text: profile.text(on: machine, width: StandardStream.output.terminalWidth)
    case .json: profile.jsonLines(version: Build.version, on: machine)
    case .csv: profile.csv
    case .markdown: profile.markdown(on: machine)
    }
  }

  /// - Returns: whether there was a best setting to save.
  private func save(_ profile: ScalingProfile, _ machine: Machine, to file: CheckedPath) throws -> Bool {
    guard let best = profile.best, let mode = ExecutionMode(rawValue: best.mode.rawValue) else {
      StandardStream.error.write(
        "Nothing was saved: the runs vary too much. Measure again on an idle machine, or with more --runs.\n")
      return false
    }
    let defaults = SavedDefaults(
      processor: machine.processor, cores: profile.cores, mode: mode, workers: best.workers)
    try defaults.save(to: file)
    StandardStream.error.write(
      "Saved --mode \(mode.rawValue) --jobs \(best.workers) as the default on this machine in \(file.path.forTerminal). "
        + "Remove that file to undo.\n"
    )
    return true
  }
}
