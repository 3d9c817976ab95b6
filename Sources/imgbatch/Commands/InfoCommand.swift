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
    abstract: "Says what the headers of pictures say; reads no pixels.",
    discussion: """
      Sizes are as stored; orientation is that of EXIF, where 1 is upright. The decoder is what shrinks a JPEG: scaled, \
      this program's own, or libjpeg. Of a progressive one that is told by its scans, up to a file of \
      \(HeaderReader.maxForecastByteCount >> 20) MiB; what only its data tell, as damage, is found out in decoding.

      EXAMPLES:
        imgbatch info dogs
        imgbatch info dogs --json
      """)

  @OptionGroup(title: "Inputs") var input: InputOptions

  @Flag(help: "One JSON object a line instead of a table.")
  var json = false

  @Option(help: ArgumentHelp("Refuse bigger files; K, M and G are powers of 1024.", valueName: "bytes"))
  var maxFileBytes = ByteCount(count: DecodeLimits().fileByteCount)

  @OptionGroup var colors: ColorOptions

  func run() throws {
    try ending {
      try input.checkSeparator(otherList: false)
      Signals.handle()
      return try input.isStreamed ? report(streamed()) : report(input.find().inputs)
    }
  }

  /// Reads the whole list before the first header: parsing headers is cheap.
  private func streamed() throws -> InputFiles {
    var whole = input
    whole.filesFrom = PathArgument(argument: "/dev/stdin")
    return try whole.find().inputs
  }

  private func report(_ inputs: InputFiles) -> ExitStatus {
    // No pixels are allocated, so the pixel limit is not needed.
    var limits = DecodeLimits()
    limits.pixelCount = .max
    limits.fileByteCount = maxFileBytes.count
    let reader = HeaderReader(limits: limits)

    var rows = [HeaderReport.titles]
    var status = ExitStatus.success
    for input in inputs where StandardStream.output.condition == .open && !Signals.cancellation.isCancelled {
      do throws(JobError) {
        if let refusal = input.refusal { throw refusal }
        let (header, byteCount) = try reader.readForecast(input.source)
        let report = HeaderReport(source: input.source, header: header, sourceByteCount: byteCount)
        if json { StandardStream.output.write(report.jsonLine + "\n") } else { rows.append(report.fields) }
      } catch {
        StandardStream.error.write(failureLine(input.source, error, style: colors.style, advice: \.sentence) + "\n")
        status = .someImagesFailed
      }
    }
    if !json && rows.count > 1 { StandardStream.output.write(Table(rows).text(.text)) }
    return Signals.received.map { .interrupted(signal: $0) } ?? status
  }
}
