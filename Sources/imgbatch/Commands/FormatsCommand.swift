internal import ArgumentParser
internal import BatchEngine
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import Reporting
internal import SystemSupport
internal import TextFormatting
internal import WorkerIPC

struct FormatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "formats",
    abstract: "Show which formats are read and written here, and what would make more readable.",
    discussion: """
      \(ImageFormat.isolatedNames("and")) are decoded by libraries that only confined worker processes open, whatever the mode \
      of a run. This command starts such a process and asks it.

      EXAMPLES:
        imgbatch formats --json
      """)

  @Flag(help: "Print one JSON object per line instead of a table.")
  var json = false

  func run() throws {
    try ending {
      let decoders: AvailableDecoders
      do throws(ExecutorError) { decoders = try AvailableDecoders() } catch { throw CommandError(error) }
      let reports = ImageFormat.allCases.map { FormatReport(format: $0, decoder: decoders[$0]) }
      if json {
        for report in reports { StandardStream.output.write(report.jsonLine + "\n") }
      } else {
        StandardStream.output.write(Table([FormatReport.titles] + reports.map(\.fields)).text(.text))
        for advice in reports.compactMap(\.advice) { StandardStream.output.write(advice + "\n") }
      }
      if let error = decoders.confinement.filterError {
        StandardStream.error.write(
          "\(ImageFormat.isolatedNames("and")) need --allow-unconfined here: no filter of system calls (seccomp: "
            + "\(error.message)).\n")
      }
      return .success
    }
  }
}
