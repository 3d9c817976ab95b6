internal import ArgumentParser

/// What to work on.
struct InputOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("Pictures and folders of pictures.", valueName: "input"))
  var inputs: [PathArgument] = []

  @Option(
    help: ArgumentHelp(
      "More inputs, one a line, from a file or from standard input (-), which is read while work goes on.",
      valueName: "file"))
  var filesFrom: PathArgument?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "The names in --files-from end with NUL instead of a line end.")
  var null = false

  @Flag(help: "Leave out the folders inside the folders given.")
  var noRecursive = false

  @Flag(help: "Walk into folders that symbolic links point to.")
  var followSymlinks = false

  func validate() throws {
    if inputs.isEmpty && filesFrom == nil {
      throw ValidationError("Nothing to do: give pictures or folders, or a list with --files-from.")
    }
    if null && filesFrom == nil { throw ValidationError("-0 is about the list of --files-from, which is not given.") }
  }
}
