internal import BatchEngine
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// The page about a run (`--report`).
struct ReportPage: RunRecord {
  /// The most inputs that the page names.
  private static let maxNames = 10

  private let data = RunPageData()
  private let page: Page
  private let isDownload: Bool
  private let facts: [(name: String, value: String)]

  /// - Parameters:
  ///   - inputs: the files, folders, lists and addresses of the command line.
  ///   - outputs: the folders.
  ///   - workers: how the work was spread.
  ///   - isDownload: whether the run downloads and makes no images.
  init(_ page: Page, inputs: [String], outputs: [FilePath], workers: String, isDownload: Bool = false) {
    self.page = page
    self.isDownload = isDownload
    let more = inputs.count - ReportPage.maxNames
    let names = inputs.prefix(ReportPage.maxNames).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    facts = [
      ("Started", LocalTime.now), ("Command", ShownCommandLine.text(rawArguments())),
      ("Run in", currentFolder().forTerminal), (inputs.count == 1 ? "Input" : "Inputs", names),
      ("Output", outputs.map(\.forTerminal).joined(separator: ", ")), ("Workers", workers), ("Versions", Build.summary),
    ]
  }

  var path: FilePath { page.path }

  func observe(_ job: Job, _ outcome: Outcome) { data.observe(job, outcome) }

  func close(_ summary: RunSummary, of inputs: any RunInputs) -> Bool {
    guard inputs.overwritten == nil else { return true }
    let header = RunPage.PageHeader(facts: facts, isDownload: isDownload, isInterrupted: Signals.received != nil)
    do throws(CommandError) {
      let (html, permissions) = RunPage(data, summary, header, page: page.path, advice: \.sentence).document
      try page.write(html, permissions: permissions)
      return true
    } catch {
      StandardStream.error.write("Error: \(error.sentence)\n")
      return false
    }
  }
}

extension ExecutorOptions {
  /// As in "threads, 4 workers".
  var description: String { "\(mode.rawValue), \(counted(workers, "worker"))" }
}
