internal import ArgumentParser
internal import Glibc
internal import ImageCore
internal import Reporting
internal import TextFormatting

/// The entry point: parses the arguments and runs the command.
@main
enum Main {
  static func main() {
    StandardStream.fillClosedDescriptors()
    let arguments = joiningPairs(rawArguments())
    if arguments.isEmpty {
      // A script whose variable is empty must not succeed.
      StandardStream.error.write(ShortHelp.text(nil, columns: StandardStream.error.terminalWidth))
      exit(ExitStatus.wrongUsage.code)
    }
    var command: any ParsableCommand
    do { command = try parsed(arguments) } catch {
      endUnparsed(arguments, error)
    }
    do { try command.run() } catch { end(error) }
  }

  /// The command that the arguments name, with its options.
  ///
  /// A command parses its own arguments. If the program parsed them, it would look up and describe all options of the command
  /// twice more, for an eighth of the instructions of a run over one small image. What a command rejects, and its help, goes to
  /// the program, which knows the usage and the version.
  private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
    if let type = ImgBatch.commands.first(where: { $0.configuration.commandName == arguments.first }),
      let command = try? type.parseAsRoot(Array(arguments.dropFirst())), Swift.type(of: command) == type
    {
      return command
    }
    return try ImgBatch.parseAsRoot(arguments)
  }

  /// Ends the process for a command line that does not run a command.
  private static func endUnparsed(_ arguments: [String], _ error: any Error) -> Never {
    if arguments.prefix(while: { $0 != "--" }).contains("-h") {
      let name = arguments.first { !$0.hasPrefix("-") }
      StandardStream.output.write(ShortHelp.text(name, columns: StandardStream.output.terminalWidth))
      exit(outputFailure()?.code ?? 0)
    }
    guard !ImgBatch.exitCode(for: error).isSuccess, let hint = UsageHint.find(arguments) else { end(error) }
    let command = ["imgbatch", hint.command].compactMap { $0 }.joined(separator: " ")
    StandardStream.error.write(
      "Error: \(terminalText(unescapedBytes(hint.sentence)))\n  '\(command) -h' shows the common options, --help all.\n"
    )
    exit(ExitStatus.wrongUsage.code)
  }

  /// Ends the process. Help and the version are results, so an error while writing them must not end with success.
  private static func end(_ error: any Error) -> Never {
    let (code, text) = (ImgBatch.exitCode(for: error), ImgBatch.fullMessage(for: error))
    if code.isSuccess {
      if !text.isEmpty { StandardStream.output.write(text + "\n") }
      exit(outputFailure()?.code ?? code.rawValue)
    }
    // The message repeats arguments, and a shell pattern turns file names into arguments.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { terminalText(unescapedBytes(String($0))) }
    if !text.isEmpty { StandardStream.error.write(lines.joined(separator: "\n") + "\n") }
    exit(code.rawValue)
  }
}

struct ImgBatch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imgbatch",
    abstract: "Make thumbnails and web sizes of whole folders of images.",
    discussion: """
      A folder is walked and its tree is recreated under --out. Sources are never changed, and an output is either \
      complete or not there. Reads \(ImageFormat.names("and")); writes \(ImageFormat.writtenNames("and")).

      EXAMPLES:
        imgbatch resize dogs --out thumbs
        imgbatch resize dogs --out thumbs --size 400x300 --format jpeg --quality 85
        imgbatch grayscale scan.png --out gray
        imgbatch compare dogs
        imgbatch profile dogs --report cores.html
        imgbatch fetch dogs.txt --out dogs
        imgbatch gallery dogs --out dogs.html
        imgbatch info dogs

      EXIT STATUS:
        0    every image was written, or skipped as requested
        1    some images failed; all others were written
        64   wrong usage, or an output that would overwrite an input or another output
        66   no input was found
        70   an internal error, or a sandbox that is required and missing
        73   the output folder, TMPDIR or standard output cannot be written, or another run uses the folder
        130  interrupted (143 by SIGTERM); everything that was written is complete
        141  the reader of standard output exited
      """,
    version: Build.description,
    subcommands: commands,
    helpNames: [.long])

  /// In the order of the help.
  static let commands: [any ParsableCommand.Type] = [
    ResizeCommand.self, GrayscaleCommand.self, MergeCommand.self, CompareCommand.self, ProfileCommand.self,
    FetchCommand.self, GalleryCommand.self, InfoCommand.self, FormatsCommand.self,
  ]
}
