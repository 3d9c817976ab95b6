internal import ArgumentParser
internal import RunState
internal import SystemSupport

/// Where the images of `fetch` go, and how the run relates to earlier and later runs.
struct FetchOutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder for the pictures; made if it is not there.", valueName: "folder"))
  var out: PathArgument

  @OptionGroup var history: ResumeOptions<FetchResumeHelp>

  func validate() throws { try history.check(against: .overwrite) }
}
