internal import BatchEngine
internal import Reporting
internal import RunState
internal import SystemPackage

/// The page about a run (`--report`).
struct ReportPage: RunRecord {
  private let data = RunPageData()
  private let page: Page
  private let execution: ExecutorOptions

  init(_ page: Page, _ execution: ExecutorOptions) {
    self.page = page
    self.execution = execution
  }

  var path: FilePath { page.path }

  func observe(_ job: Job, _ outcome: Outcome) { data.observe(job, outcome) }

  func close(_ summary: RunSummary, of inputs: any RunInputs) -> Bool {
    guard inputs.overwritten == nil else { return true }
    let header = RunPage.PageHeader(
      software: Build.summary, mode: execution.mode.rawValue, workers: execution.workers,
      isInterrupted: Signals.received != nil)
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
