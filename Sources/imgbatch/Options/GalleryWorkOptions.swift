internal import ArgumentParser
internal import BatchEngine
internal import SystemSupport

/// How the thumbnails of `gallery` are made.
struct GalleryWorkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Thumbnails at once. (default: the cores that this process may really use)", valueName: "n"))
  var jobs: WorkerCount?

  @OptionGroup var limits: WorkLimitOptions

  func validate() throws {
    try jobs?.validate()
  }

  var execution: ExecutorOptions {
    var execution = ExecutorOptions(.threads, workers: jobs?.count ?? UsableCores.count)
    execution.limits = limits.work
    return execution
  }
}
