internal import ArgumentParser
internal import BatchEngine
internal import Glibc
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import Parallelism
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import Thumbnailing
internal import WorkerIPC

/// One image to one file or through a pipe: `--out NAME.jpg` with one input file, and `-` as the input or the output. It keeps no
/// journal and no lock, and a failure leaves nothing.
struct SingleImageRun {
  private let run: ResizeRun
  private let input: PathArgument

  /// Nil if the arguments name a folder for the outputs.
  init?(_ run: ResizeRun) throws {
    let (inputs, out) = (run.input.inputs, run.output.out)
    let (readsPipe, writesPipe) = (inputs.contains { $0.text == "-" }, out.text == "-")
    guard readsPipe || writesPipe || SingleImageRun.isFile(out) else { return nil }
    let hasOneInput = inputs.count == 1 && run.input.filesFrom == nil
    if readsPipe && !hasOneInput {
      throw usage("- is one image on standard input and must be the only input; --files-from - reads a list.")
    }
    guard hasOneInput, let input = inputs.first, input.text == "-" || (try? FileStatus(of: input.path).kind) != .folder
    else {
      throw usage(
        writesPipe
          ? "--out - takes one image file as input; for several images give a folder."
          : "--out \(out.path.forTerminal) is the name of an image, which is possible with one image file as input; "
            + "for several images give a folder.")
    }
    if readsPipe, !writesPipe, !SingleImageRun.isFile(out) {
      throw usage("an image on standard input has no name, so --out must be a file, as in --out small.jpg, or -.")
    }
    if let format = ImageFormat.ofName(out.path), !format.isWritten, !writesPipe {
      throw usage(
        "--out \(out.path.forTerminal) is the name of a \(format.name), which is only read; imgbatch writes "
          + "\(ImageFormat.writtenNames("and")).")
    }
    self.run = run
    self.input = input
    try checkOptions()
  }

  /// Whether `--out` names an image file, and no existing folder.
  private static func isFile(_ out: PathArgument) -> Bool {
    guard ImageFormat.ofName(out.path) != nil else { return false }
    return (try? FileStatus(of: out.path).kind) != .folder
  }

  private func checkOptions() throws {
    let (output, history, work) = (run.output, run.history, run.work)
    let useless = [
      ("--name", output.name != nil), ("--parents", output.parents), ("--resume", history.resume),
      ("--retry-failed", history.retryFailed), ("--failed-to", history.failedTo != nil),
      ("--existing update", output.existing == .update), ("--shard", run.shard != nil),
      ("--manifest", run.list.manifest != nil), ("--report", work.report != nil), ("--dry-run", work.dryRun),
    ]
    if let (option, _) = useless.first(where: \.1) {
      throw usage("\(option) cannot be used with a single output file.")
    }
    if output.format == .auto, !writesToPipe {
      throw usage(
        "--format auto chooses the suffix, so --out must be a folder or -; for a named file omit --format.")
    }
    if run.sizeTexts.count > 1 { throw usage("a single output file has one --size.") }
    if writesToPipe && run.messages.json { throw usage("--json and --out - both need standard output.") }
    if writesToPipe && StandardStream.output.isTerminal {
      throw usage("standard output is a terminal; redirect it to a file.")
    }
    if readsFromPipe && isatty(STDIN_FILENO) == 1 {
      throw usage("standard input is a terminal; pipe an image into it.")
    }
  }

  private var readsFromPipe: Bool { input.text == "-" }
  private var writesToPipe: Bool { run.output.out.text == "-" }

  func perform() throws -> ExitStatus {
    // The path of an open file in memory stands for standard input; the descriptor must stay open until the end.
    let memory = readsFromPipe ? try standardInput() : nil
    let source = memory.map { FilePath("/proc/self/fd/\($0)") } ?? input.path
    let format = try format(of: source)
    guard writesToPipe else {
      let out = run.output.out.path
      if let identity = (try? FileStatus(of: source))?.identity, (try? FileStatus(of: out))?.identity == identity {
        throw CommandError(
          status: .wrongUsage, sentence: "--out \(out.forTerminal) would overwrite the input; use a different name.")
      }
      return try makeImage(source, out, format, scratch: nil)
    }
    let scratch: ScratchFolder
    do { scratch = try ScratchFolder() } catch { throw CommandError.scratchFolder(error.message) }
    let file = scratch.path.appending("image")
    let status = try makeImage(source, file, format, scratch: scratch.path)
    if status == .success {
      guard let bytes = AtomicFile.bytes(of: file, atMost: .max) else {
        throw CommandError.scratchFolder("the image cannot be read back")
      }
      StandardStream.output.write(bytes: bytes)
    }
    return status
  }

  /// `--format`, else the format of the output's name, else that of the source.
  private func format(of source: FilePath) throws -> ImageFormat {
    switch run.output.format {
    case .one(let format): return format
    case .auto: return .jpeg
    case .same: break
    }
    if let format = ImageFormat.ofName(run.output.out.path), !writesToPipe { return format }
    // Of what is no image the format does not matter: decoding it fails.
    let format = (readsFromPipe ? nil : ImageFormat.ofName(source)) ?? ImageFormat.ofContent(source) ?? .jpeg
    return format.outputFormat
  }

  private func makeImage(
    _ source: FilePath, _ output: FilePath, _ format: ImageFormat, scratch: FilePath?
  ) throws -> ExitStatus {
    // Both formats have one name in the scratch folder.
    let other =
      run.output.format == .auto ? JobOutput.Alternative(path: output, format: .png) : nil
    let job = Job(
      index: 0, source: source, outputs: [JobOutput(path: output, format: format, or: other)],
      sourceByteCount: (try? FileStatus(of: source).byteCount) ?? 0, address: readsFromPipe ? "-" : nil)
    let jobs = SortedJobs([job])
    var messages = run.messages
    // A pipe has no reader for a summary of one image.
    messages.quiet = messages.quiet || !(messages.verbose || messages.json)
    let reporter = RunReporter(
      messages, extent: .init(inputs: 1, sourceByteCount: job.sourceByteCount), events: messages.events,
      since: ContinuousClock.now)
    let driver = RunDriver(reporter, inputs: jobs, execution: run.execution)
    return try driver.runUnrecorded(
      ObservedJobs(jobs, driver), in: output.removingLastComponent(), run.execution, run.options, scratch: scratch)
  }

  /// Reads standard input to its end, into a file in memory.
  /// - Returns: its descriptor, which stays open until the process ends.
  private func standardInput() throws -> CInt {
    let limit = run.options.limits.fileByteCount
    do {
      let memory = try Descriptor.inMemory([])
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      var total = 0
      while true {
        let count = try Descriptor.read(STDIN_FILENO, into: &buffer, retryOnInterrupt: false)
        if count == 0 { break }
        total += count
        if total > limit {
          throw CommandError(
            status: .someImagesFailed,
            sentence: "standard input has more than \(limit) bytes; raise --max-file-bytes to read it.")
        }
        try memory.write(Array(buffer[..<count]))
      }
      return memory.release()
    } catch let error as Errno {
      try ExitStatus.throwIfInterrupted()
      throw CommandError(
        status: .someImagesFailed, sentence: "standard input cannot be read (\(error.message)).")
    }
  }
}

private func usage(_ sentence: String) -> CommandError { CommandError(status: .wrongUsage, sentence: sentence) }
