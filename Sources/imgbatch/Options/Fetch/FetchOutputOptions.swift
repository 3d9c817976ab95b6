internal import ArgumentParser
internal import RunState
internal import SystemSupport

/// Where the images of `fetch` go.
struct FetchOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Folder for the images, created if needed.", valueName: "folder"),
    completion: .directory)
  var out: PathArgument

  @Option(
    help: ArgumentHelp(
      "Write a page about the run: contact sheet, failures, slowest downloads.", valueName: "file.html"))
  var report: PageArgument?
}
