internal import ArgumentParser
internal import Benchmarking
internal import SystemPackage

/// Options that `compare` and `profile` share: how often to measure, and the output format.
struct MeasureOptions: ParsableArguments {
  enum Form { case text, json, csv, markdown }

  @Option(help: ArgumentHelp("Timed runs of each setting, 3 to 100.", valueName: "n"))
  var runs = 3

  @Flag(help: "Drop the sources from the page cache before each run, where the system allows it.")
  var cold = false

  @Flag(help: "Print JSON instead of a table, one object per line, with all samples.")
  var json = false

  @Flag(help: "Print CSV, one line per run.")
  var csv = false

  @Flag(help: "Print Markdown tables.")
  var markdown = false

  func validate() throws {
    guard (3...100).contains(runs) else { throw ValidationError("--runs is 3 to 100, not \(runs).") }
    if [json, csv, markdown].count(where: { $0 }) > 1 {
      throw ValidationError("--json, --csv and --markdown cannot be combined.")
    }
  }

  /// Measures a workload in each setting.
  /// - Returns: the samples, and the number of files that each run wrote.
  func records(
    _ measured: any BenchmarkWork, _ configurations: [Configuration], _ scratch: FilePath
  ) throws -> (records: [Samples], written: Int) {
    var target = BenchmarkRunner(measured, scratch: scratch, runs: configurations.count * (runs + 1))
    return (try InterleavedSchedule(configurations, rounds: runs).run(&target), target.itemCount)
  }

  var form: Form { json ? .json : csv ? .csv : markdown ? .markdown : .text }
}
