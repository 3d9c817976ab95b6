/// One picture after another on the calling thread.
package struct SerialExecutor: Executor {
  package init() {}

  package func run(
    _ jobs: any JobSource, recipe: Recipe, stop: StopRequest, report: @escaping @Sendable (Job, Outcome) -> Void
  ) {
    let thumbnailer = Thumbnailer(recipe: recipe)
    while !stop.isMade, let job = jobs.next() {
      report(job, thumbnailer.outcome(of: job))
    }
  }
}
