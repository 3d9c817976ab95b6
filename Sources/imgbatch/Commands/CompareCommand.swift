internal import ArgumentParser
internal import Benchmarking
internal import ImageCore
internal import SystemPackage
internal import SystemSupport

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Measure which mode is fastest here: serial, threads, processes, or one process per image.",
    discussion: """
      Each mode makes the same thumbnails. Every run is a separate process; the modes take turns, after a warm-up. The \
      outputs go to a temporary folder below TMPDIR or /tmp and are compared: if a mode writes different bytes, the exit \
      status is 70. Use a release build, an idle machine, and a few hundred images.

      EXAMPLES:
        imgbatch compare dogs
        imgbatch compare dogs --runs 5 --size 400x300 --markdown
        imgbatch compare --workload fetch dogs.txt --jobs 16
      """)

  @Option(
    help:
      "What is measured: resize makes thumbnails; fetch downloads a list and takes the request options of fetch.")
  var workload: WorkloadName = .resize

  @OptionGroup(title: "Inputs") var input: InputOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Number of workers of all modes but serial. (default: the cores that this process may use; 16 downloads)",
      valueName: "n"))
  var jobs: WorkerCount?

  @OptionGroup var measure: MeasureOptions
  @OptionGroup(title: "Image") var image: ImageOptions
  @OptionGroup(title: "Image") var color: ColorChoiceOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Limits") var workLimits: WorkLimitOptions
  @OptionGroup(title: "Requests", visibility: .hidden) var request: RequestOptions
  @OptionGroup(title: "Requests", visibility: .hidden) var headers: HeaderOptions

  func validate() throws {
    if workload == .fetch && (input.inputs.count != 1 || input.filesFrom != nil || measure.cold) {
      throw ValidationError("--workload fetch takes one list and no other inputs.")
    }
    try jobs?.validate()
    switch workload {
    case .resize: try checkUnused(request, headers)
    case .fetch:
      let defaults = ForwardedArguments(
        try ImageOptions.parse([]), try ColorChoiceOptions.parse([]), try LimitOptions.parse([]),
        try WorkLimitOptions.parse([]))
      if let option = ForwardedArguments(image, color, limits, workLimits).firstChange(from: defaults) {
        throw ValidationError("\(option) has no effect on downloads.")
      }
    }
  }

  func run() throws {
    try measuring { try compare(in: $0) }
  }

  private func compare(in scratch: FilePath) throws -> ExitStatus {
    switch workload {
    case .resize: try compareResizing(in: scratch)
    case .fetch: try compareFetching(in: scratch)
    }
  }

  private func compareFetching(in scratch: FilePath) throws -> ExitStatus {
    let measured = try FetchWork(input.inputs[0].path, ForwardedArguments(request, headers), scratch: scratch)
    let workers = jobs?.count ?? FetchWork.usualWorkers
    let (records, written) = try measure.records(measured, measured.configurations([workers]), scratch)
    let work = measured.done(written: written)
    let comparison = Comparison(work: work, workers: workers, cores: UsableCores.count, records: records)
    StandardStream.output.write(text(comparison))
    return work.failed > 0 ? .someImagesFailed : .success
  }

  private func compareResizing(in scratch: FilePath) throws -> ExitStatus {
    let inputs = try MeasuredInputs(
      input, image.measured(color, limits), cold: measure.cold, scratch: scratch)
    let comparesReaders = inputs.storage == .slow && workLimits.readers.count != 0
    let measured = inputs.work(
      comparesReaders ? .resizeFromSlowStorage : .resize, ForwardedArguments(image, color, limits, workLimits))
    let workers = jobs?.count ?? UsableCores.count
    let configurations = measured.workload.modes.map { Configuration($0, workers: workers) }
    let records = try measure.records(measured, configurations, scratch).records
    let comparison = Comparison(
      work: inputs.done(measured.workload, count: inputs.found.count, records: records), workers: workers,
      cores: UsableCores.count, records: records, storage: inputs.storage)
    StandardStream.output.write(text(comparison))
    return comparison.work.failed > 0 ? .someImagesFailed : .success
  }

  private func text(_ comparison: Comparison) -> String {
    switch measure.form {
    case .text: comparison.text(width: StandardStream.output.terminalWidth)
    case .json: comparison.jsonLines(version: Build.version)
    case .csv: comparison.csv
    case .markdown: comparison.markdown
    }
  }
}

/// The workloads that can be measured.
enum WorkloadName: String, ChoiceArgument {
  case resize, fetch
}
