internal import ArgumentParser
internal import BatchEngine
internal import SystemSupport

/// How the thumbnails of `gallery` are made.
struct GalleryWorkOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Number of workers.", discussion: "Default: the cores that this process may use.", valueName: "n"))
  var jobs: WorkerCount?

  func validate() throws {
    try jobs?.validate()
  }

  func execution(_ limits: WorkLimitOptions) -> ExecutorOptions {
    var execution = ExecutorOptions(.threads, workers: jobs?.count ?? UsableCores.count)
    execution.limits = limits.work
    return execution
  }
}
