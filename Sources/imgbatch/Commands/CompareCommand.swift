internal import ArgumentParser
internal import Benchmarking
internal import ImageCore
internal import SystemPackage
internal import SystemSupport

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Measures which mode is best here: serial, threads, processes, a process per picture.",
    discussion: """
      Each mode makes the same thumbnails in runs of their own process, in turns, after a warm-up. The outputs go to a \
      folder below TMPDIR or /tmp that is gone in the end; if any mode writes other bytes, the status is 70. Use a release \
      build on a quiet machine, and a few hundred pictures.

      EXAMPLES:
        imgbatch compare dogs
        imgbatch compare dogs --runs 5 --size 400x300 --markdown
        imgbatch compare --workload fetch dogs.txt --jobs 16
      """)

  @Option(
    help:
      "What is done: thumbnails of pictures, or downloads of a list, which takes the options of fetch about requests.")
  var workload: WorkloadName = .resize

  @OptionGroup(title: "Inputs") var input: InputOptions

  @Option(
    help: ArgumentHelp(
      "Workers, for all modes but serial. (default: the cores that this process may really use; 16 downloads)",
      valueName: "n"))
  var jobs: WorkerCount?

  @OptionGroup var measure: MeasureOptions
  @OptionGroup(title: "Picture") var image: ColorImageOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Requests", visibility: .hidden) var request: RequestOptions

  func validate() throws {
    if workload == .fetch && (input.inputs.count != 1 || input.filesFrom != nil || measure.cold) {
      throw ValidationError("--workload fetch wants one list, and nothing else to read.")
    }
    try jobs?.validate()
    switch workload {
    case .resize: try request.checkUnused()
    case .fetch:
      let defaults = ForwardedArguments(try ColorImageOptions.parse([]), try LimitOptions.parse([]))
      if let option = ForwardedArguments(image, limits).firstChange(from: defaults) {
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
    let measured = try FetchWork(input.inputs[0].path, request, scratch: scratch)
    let workers = jobs?.count ?? FetchWork.usualWorkers
    let (records, written) = try measure.records(measured, measured.configurations([workers]), scratch)
    let work = measured.done(written: written)
    let comparison = Comparison(work: work, workers: workers, cores: UsableCores.count, records: records)
    StandardStream.output.write(text(comparison))
    return work.failed > 0 ? .someImagesFailed : .success
  }

  private func compareResizing(in scratch: FilePath) throws -> ExitStatus {
    let inputs = try MeasuredInputs(input, limits: limits, cold: measure.cold, scratch: scratch)
    let measured = inputs.work(image)
    let workers = jobs?.count ?? UsableCores.count
    let configurations = measured.workload.modes.map { Configuration($0, workers: workers) }
    let (records, written) = try measure.records(measured, configurations, scratch)
    let comparison = Comparison(
      work: inputs.done(measured.workload, written: written), workers: workers, cores: UsableCores.count,
      records: records)
    StandardStream.output.write(text(comparison))
    return written < inputs.found.count ? .someImagesFailed : .success
  }

  private func text(_ comparison: Comparison) -> String {
    switch measure.form {
    case .text: comparison.text
    case .json: comparison.jsonLines(version: Build.version)
    case .csv: comparison.csv
    case .markdown: comparison.markdown
    }
  }
}

/// The workloads that can be measured.
enum WorkloadName: String, CaseIterable, ExpressibleByArgument {
  case resize, fetch
}
