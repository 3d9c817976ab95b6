internal import ArgumentParser
internal import BatchEngine
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import Parallelism
internal import Reporting
internal import SystemPackage
internal import TextFormatting

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Print the format, size, orientation and profile of images, without decoding them.",
    discussion: """
      Sizes are those of the stored pixels. The orientation is that of EXIF: 1 is upright. The decoder is the one that reduces \
      a JPEG while it decodes: scaled (built in) or libjpeg. Damage is only found when images are decoded.

      EXAMPLES:
        imgbatch info dogs
        imgbatch info dogs --json
      """)

  @OptionGroup(title: "Inputs") var input: InputOptions

  @Flag(help: "Print one JSON object per line instead of a table.")
  var json = false

  @Option(
    help: ArgumentHelp("Reject larger files, as in 512M or 1GB.", valueName: "bytes"),
    transform: ByteCount.init(text:))
  var maxFileBytes = ByteCount(count: DecodeLimits().fileByteCount)

  @OptionGroup var colors: ColorOptions

  func run() throws {
    try ending {
      try input.checkSeparator(otherList: false)
      Signals.handle()
      let found = try input.isStreamed ? streamed() : input.find()
      let status = report(found.inputs)
      StandardStream.error.write(found.omitted.lines(isVerbose: false))
      return status
    }
  }

  /// Reads the whole list before the first header: parsing headers is cheap.
  private func streamed() throws -> InputList {
    var whole = input
    whole.filesFrom = PathArgument(argument: "/dev/stdin")
    return try whole.find()
  }

  private func report(_ inputs: InputFiles) -> ExitStatus {
    // No pixels are allocated, so the pixel limit is not needed.
    var limits = DecodeLimits()
    limits.pixelCount = .max
    limits.fileByteCount = maxFileBytes.count
    let reader = HeaderReader(limits: limits)

    var rows = [HeaderReport.titles]
    var status = ExitStatus.success
    var failures = FailureAdvice()
    for input in inputs where StandardStream.output.condition == .open && !Signals.cancellation.isCancelled {
      do throws(JobError) {
        if let refusal = input.refusal { throw refusal }
        let (header, byteCount) = try reader.readForecast(input.source)
        let report = HeaderReport(source: input.source, header: header, sourceByteCount: byteCount)
        if json { StandardStream.output.write(report.jsonLine + "\n") } else { rows.append(report.fields) }
      } catch {
        StandardStream.error.write(failureLine(input.source, error, style: colors.color.style) + "\n")
        failures.add(error)
        status = .someImagesFailed
      }
    }
    if !json && rows.count > 1 { StandardStream.output.write(Table(rows).text(.text)) }
    StandardStream.error.write(failures.lines(advice(options: ["--max-file-bytes"])))
    return Signals.received.map { .interrupted(signal: $0) } ?? status
  }
}
