internal import ArgumentParser
internal import BatchEngine
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// Which inputs to process.
struct InputOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("Images, and folders of images.", valueName: "input"))
  var inputs: [PathArgument] = []

  @Option(
    help: ArgumentHelp(
      "Read more inputs from a file, or from standard input (-), one per line.",
      discussion: """
        resize and grayscale start before the list on standard input ends. Listed paths are recreated under --out; the \
        part before /./ is dropped, as in rsync --relative.
        """, valueName: "file"))
  var filesFrom: PathArgument?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "Names in --files-from (and --failed-to) end with NUL instead of a line end.")
  var null = false

  @Option(
    help: ArgumentHelp(
      "Leave out files and folders that match, as in '*.png' or 'raw/'; repeatable.",
      discussion: """
        A pattern without / matches the names of files and folders at any depth, one with / the path below the input. * and \
        ? match no /. With a / at the end it matches folders only. Inputs on the command line are never left out.
        """, valueName: "glob"))
  var exclude: [String] = []

  @Flag(help: "Do not enter subfolders.")
  var noRecursive = false

  @Flag(help: "Enter folders through symbolic links.")
  var followSymlinks = false

  func validate() throws {
    if exclude.contains(where: { ExcludePattern(unescapedBytes($0)) == nil }) {
      throw ValidationError("--exclude needs a pattern, as in '*.png' or 'raw/'.")
    }
    if inputs.isEmpty && filesFrom == nil {
      throw ValidationError("No input: name images or folders, or give a list with --files-from.")
    }
  }
}

extension InputOptions {
  /// Whether inputs are read from standard input during the run.
  var isStreamed: Bool { filesFrom?.text == "-" }

  /// - Parameter otherList: whether the command also writes a list.
  func checkSeparator(otherList: Bool) throws {
    guard null, filesFrom == nil, !otherList else { return }
    throw CommandError(status: .wrongUsage, sentence: "-0 sets the format of --files-from, which is not given.")
  }

  /// The files, folders and the list, for people.
  var descriptions: [String] {
    inputs.map(\.path.forTerminal)
      + (filesFrom.map { [isStreamed ? "a list on standard input" : "the list \($0.path.forTerminal)"] } ?? [])
  }

  var separator: Delimiter { null ? .zeroByte : .newline }

  /// The inputs that exist now. Streamed inputs are not among them.
  /// - Parameters:
  ///   - output: a folder that is not walked; nil for none.
  ///   - shard: the shard whose files are inspected; nil for all files.
  ///   - unreadableFails: whether images in formats that cannot be read are inputs, which fail.
  ///   - listsUnreadable: whether the paths of such images are kept.
  ///   - keepsInputName: whether relative paths start with the name of the input folder.
  func find(
    around output: FilePath? = nil, shard: Shard? = nil, unreadableFails: Bool = false, listsUnreadable: Bool = false,
    keepsInputName: Bool = false
  ) throws -> InputList {
    var rules = WalkRules()
    rules.excludes = exclude.compactMap { ExcludePattern(unescapedBytes($0)) }
    rules.unreadableFails = unreadableFails
    rules.listsUnreadable = listsUnreadable
    rules.keepsInputName = keepsInputName
    rules.depth = noRecursive ? .topOnly : .all
    rules.folderLinks = followSymlinks ? .follow : .stay
    rules.output = output
    rules.shard = shard
    rules.stop = Signals.cancellation
    let lists = isStreamed ? [] : filesFrom.map { [FileList(path: $0.path, separator: separator)] } ?? []
    let list: InputList
    do throws(InputListError) {
      list = try InputList.find(inputs.map(\.path), lists: lists, rules: rules)
    } catch {
      throw CommandError(error)
    }
    // The search ended early. Nothing was begun.
    try ExitStatus.throwIfInterrupted()
    if isStreamed { return list }
    if list.inputs.isEmpty { throw CommandError.noInput(inputs.map(\.path) + lists.map(\.path), list) }
    if list.inputs.allSatisfy({ $0.identity == nil && $0.refusal != nil }) {
      throw CommandError.nothingReadable(list.inputs)
    }
    return list
  }
}
