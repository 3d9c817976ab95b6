internal import ArgumentParser
internal import BatchEngine
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Which inputs to process.
struct InputOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("Pictures and folders of pictures.", valueName: "input"))
  var inputs: [PathArgument] = []

  @Option(
    help: ArgumentHelp(
      """
      More inputs, one a line, from a file or from standard input (-). What writes pictures reads that while it works, \
      and each keeps its folders under --out, but for what stands before a /./ in it.
      """,
      valueName: "file"))
  var filesFrom: PathArgument?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "The names in --files-from, and in --failed-to, end with NUL instead of a line end.")
  var null = false

  @Flag(help: "Leave out the folders inside the folders given.")
  var noRecursive = false

  @Flag(help: "Walk into folders that symbolic links point to.")
  var followSymlinks = false

  func validate() throws {
    if inputs.isEmpty && filesFrom == nil {
      throw ValidationError("Nothing to do: give pictures or folders, or a list with --files-from.")
    }
  }
}

extension InputOptions {
  /// Whether inputs are read from standard input during the run.
  var isStreamed: Bool { filesFrom?.text == "-" }

  /// - Parameter otherList: whether the command also writes a list.
  func checkSeparator(otherList: Bool) throws {
    guard null, filesFrom == nil, !otherList else { return }
    throw CommandError(status: .wrongUsage, sentence: "-0 is about the list of --files-from, which is not given.")
  }

  var separator: Delimiter { null ? .zeroByte : .newline }

  /// The inputs that exist now. Streamed inputs are not among them.
  /// - Parameters:
  ///   - output: a folder that is not walked; nil for none.
  ///   - shard: the shard whose files are inspected; nil for all files.
  func find(around output: FilePath? = nil, shard: Shard? = nil) throws -> InputList {
    var rules = WalkRules()
    rules.depth = noRecursive ? .topOnly : .all
    rules.folderLinks = followSymlinks ? .follow : .stay
    rules.output = output
    rules.shard = shard
    let lists = isStreamed ? [] : filesFrom.map { [FileList(path: $0.path, separator: separator)] } ?? []
    let list: InputList
    do throws(InputListError) {
      list = try InputList.find(inputs.map(\.path), lists: lists, rules: rules)
    } catch {
      throw CommandError(error)
    }
    if isStreamed { return list }
    if list.inputs.isEmpty { throw CommandError.noInput(inputs.map(\.path) + lists.map(\.path), list) }
    if list.inputs.allSatisfy({ $0.identity == nil && $0.refusal != nil }) {
      throw CommandError.nothingReadable(list.inputs)
    }
    return list
  }
}
