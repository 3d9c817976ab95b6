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
      let inputs = try MeasuredInputs(input, image.measured(color, limits), cold: measure.cold, scratch: scratch)
      var check = OverwriteCheck(
        inputs: inputs.found, lists: [input.filesFrom, fetch].compactMap { $0?.path })
      let page = try report?.prepare(&check)
      let defaults = save ? try SavedDefaults.prepare(&check) : nil
      let readers = inputs.storage == .slow ? try readers(inputs, scratch) : nil
      let profile = try profile(inputs, readers?.readersGain, scratch)
      let machine = Machine(usableCores: UsableCores.count, software: Build.summary)
      let others = try fetch.map { [try downloads($0.path, scratch)] } ?? []
      let profiles = [profile] + [readers].compactMap { $0 } + others
      let separator = measure.form == .text ? "\n" : ""
      StandardStream.output.write(profiles.map { text($0, machine) }.joined(separator: separator))
      try page?.write(ProfilePage(profiles, on: machine).html)
      let isSaved = try defaults.map { try save(profile, machine, to: $0) } ?? true
      return profiles.contains { $0.work.failed > 0 } || !isSaved ? .someImagesFailed : .success
    }
  }

  private var forwarded: ForwardedArguments { ForwardedArguments(image, color, limits, workLimits) }

  /// - Parameter gain: of readers. With the number that is best, all settings differ only in the cores that they use.
  private func profile(
    _ inputs: MeasuredInputs, _ gain: StorageGain?, _ scratch: FilePath
  ) throws -> ScalingProfile {
    let readers = workLimits.readers.count ?? gain?.readers
    let measured = inputs.work(.resize, readers.map { forwarded.setting("--readers", to: $0) } ?? forwarded)
    let cores = UsableCores.count
    let counts = jobs?.counts ?? ScalingProfile.doublings(upTo: cores)
    let configurations = ScalingProfile.configurations(measured.workload.modes, counts: counts)
    let ((records, single), load) = try MachineLoad.during { () throws -> ([Samples], SingleImageScaling?) in
      let records = try measure.records(measured, configurations, scratch).records
      let counts = [1] + counts.filter { $0 > 1 && $0 <= cores }
      return (records, try bands(inputs.found, counts: counts, scratch))
    }
    return ScalingProfile(
      work: inputs.done(.resize, count: inputs.found.count, records: records, readers: readers), cores: cores,
      records: records, bands: single, load: load, storage: inputs.storage, storageGain: gain)
  }

  /// Measures numbers of readers for all or some of the images.
  private func readers(_ inputs: MeasuredInputs, _ scratch: FilePath) throws -> ScalingProfile {
    let own = scratch.appending("read")
    try OutputFile.makeFolders(own)
    let (measured, count) = try inputs.readersWork(forwarded, scratch: own)
    let configurations = ScalingProfile.configurations(
      measured.workload.modes, counts: ScalingProfile.doublings(upTo: 32))
    let (records, load) = try MachineLoad.during { () throws -> [Samples] in
      try measure.records(measured, configurations, own).records
    }
    return ScalingProfile(
      work: inputs.done(measured.workload, count: count, records: records), cores: UsableCores.count, records: records,
      load: load)
  }

  private func downloads(_ list: FilePath, _ scratch: FilePath) throws -> ScalingProfile {
    // The folder already contains the outputs of the other workload.
    let own = scratch.appending("fetch")
    try OutputFile.makeFolders(own)
    let measured = try FetchWork(list, ForwardedArguments(request, headers), scratch: own)
    let ((records, written), load) = try MachineLoad.during { () throws -> (records: [Samples], written: Int) in
      try measure.records(
        measured, measured.configurations(ScalingProfile.doublings(upTo: FetchWork.usualWorkers)), own)
    }
    return ScalingProfile(work: measured.done(written: written), cores: UsableCores.count, records: records, load: load)
  }

  private func bands(_ inputs: InputFiles, counts: [Int], _ scratch: FilePath) throws -> SingleImageScaling? {
    guard counts.count > 1 else { return nil }
    let options = image.measured(color, limits)
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
