internal import ArgumentParser
internal import Batch
internal import Codecs
internal import Imaging
internal import Profiling
internal import Reporting
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

  @Option(help: ArgumentHelp("Timed runs of each mode, 3 to 100.", valueName: "n"))
  var runs = 3

  @Option(
    help: ArgumentHelp(
      "Workers, for all modes but serial. (default: the cores that this process may really use)", valueName: "n"))
  var jobs: Int?

  @Flag(help: "Have the sources read from storage in each run, where the system can forget what it keeps in memory.")
  var cold = false

  @Flag(help: "JSON instead of a table, one object a line, with all samples.")
  var json = false

  @Flag(help: "The table as Markdown.")
  var markdown = false

  @OptionGroup(title: "Picture") var picture: ColourPictureOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions

  func validate() throws {
    guard (3...100).contains(runs) else { throw ValidationError("--runs is 3 to 100, not \(runs).") }
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs is 1 to 1024, not \(jobs).") }
    if json && markdown { throw ValidationError("--json and --markdown cannot both be.") }
  }

  func run() throws {
    try ending {
      Signals.handle()
      do {
        return try compare(in: try ScratchFolder())
      } catch let error as Errno {
        throw Complaint(
          status: .outputUnusable,
          sentence: "nothing can be written below TMPDIR or /tmp, where outputs go for a while (\(error.words)).")
      } catch is Interruption {
        return Signals.received.map { .interrupted(signal: $0) } ?? .readerGone
      }
    }
  }

  private func compare(in scratch: consuming ScratchFolder) throws -> ExitStatus {
    let given = Array(rawArguments().dropFirst())
    var input = input
    if input.isStreamed {
      // Each run reads the list anew, and standard input can be read once only.
      let list = scratch.path.appending("list")
      try copyStandardInput(to: list)
      input.filesFrom = PathArgument(argument: escapedArgument(list.bytes))
    }
    let found = try input.find().inputs
    let workers = jobs ?? UsableCores.count
    let measured = ResizeWork(
      arguments: PassedArguments(given, list: input.filesFrom?.path), coldSources: cold ? found.map(\.source) : [])
    let settings = measured.workload.contestants.map { Setting($0, workers: workers) }
    var contest = ModeContest(measured, scratch: scratch.path, runs: settings.count * (runs + 1))
    let records = try Schedule(settings, rounds: runs).run(&contest)
    let work = WorkDone(
      measured.workload, items: contest.itemCount, failed: found.count - contest.itemCount,
      megapixels: megapixels(found), inputs: cold ? .cold : .cached)
    let comparison = Comparison(work: work, workers: workers, cores: UsableCores.count, records: records)
    StandardStream.output.write(
      json ? comparison.jsonLines(version: ImgBatch.version) : markdown ? comparison.markdown : comparison.text)
    return contest.itemCount < found.count ? .somePicturesFailed : .success
  }

  /// As stored, of all that have a header.
  private func megapixels(_ inputs: FoundInputs) -> Double {
    var decodeLimits = DecodeLimits()
    limits.apply(to: &decodeLimits)
    let reader = HeaderReader(limits: decodeLimits)
    let pixels = inputs.reduce(0) { sum, input in
      let size = input.refusal == nil ? try? reader.read(input.source).header.size : nil
      return sum + (size.map { $0.width * $0.height } ?? 0)
    }
    return Double(pixels) / 1e6
  }

  private func copyStandardInput(to path: FilePath) throws {
    do {
      let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
      try file.closeAfter {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !Signals.stopRequest.isMade {
          // A signal is to end it even where the list never does.
          let count = try unsafe buffer.withUnsafeMutableBytes {
            try unsafe FileDescriptor.standardInput.read(into: $0, retryOnInterrupt: false)
          }
          if count == 0 { break }
          try file.writeAll(buffer[..<count])
        }
      }
    } catch {
      if Signals.stopRequest.isMade { throw Interruption() }
      throw Complaint(status: .noInput, sentence: "the list on standard input cannot be read (\(error)).")
    }
  }
}
