internal import ArgumentParser
internal import Batch
internal import Profiling
internal import SystemPackage

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
      """)

  @OptionGroup(title: "Inputs") var input: InputOptions

  @Option(
    help: ArgumentHelp(
      "Workers, for all modes but serial. (default: the cores that this process may really use)", valueName: "n"))
  var jobs: Int?

  @OptionGroup var measure: MeasureOptions
  @OptionGroup(title: "Picture") var picture: ColourPictureOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions

  func validate() throws {
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is 1 to 1024, not \(jobs).") }
  }

  func run() throws {
    try measuring { try compare(in: $0) }
  }

  private func compare(in scratch: FilePath) throws -> ExitStatus {
    let inputs = try MeasuredInputs(input, limits: limits, cold: measure.cold, scratch: scratch)
    let measured = inputs.work(Array(rawArguments().dropFirst()))
    let workers = jobs ?? UsableCores.count
    let settings = measured.workload.contestants.map { Setting($0, workers: workers) }
    var contest = ModeContest(measured, scratch: scratch, runs: settings.count * (measure.runs + 1))
    let records = try Schedule(settings, rounds: measure.runs).run(&contest)
    let comparison = Comparison(
      work: inputs.done(measured.workload, written: contest.itemCount), workers: workers, cores: UsableCores.count,
      records: records)
    StandardStream.output.write(text(comparison))
    return contest.itemCount < inputs.found.count ? .somePicturesFailed : .success
  }

  private func text(_ comparison: Comparison) -> String {
    switch measure.form {
    case .text: comparison.text
    case .json: comparison.jsonLines(version: ImgBatch.version)
    case .csv: comparison.csv
    case .markdown: comparison.markdown
    }
  }
}
