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
    do {
      var command = try ImgBatch.parseAsRoot(joiningPairs(rawArguments()))
      try command.run()
    } catch {
      end(error)
    }
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
    abstract: "Makes thumbnails of whole folders of \(ImageFormat.names("and")) pictures, quickly and safely.",
    discussion: """
      EXAMPLES:
        imgbatch resize dogs --out thumbs
        imgbatch resize dogs --out thumbs --size 400x300 --format jpeg --quality 85
        imgbatch grayscale scan.png --out gray
        imgbatch compare dogs
        imgbatch profile dogs --report cores.html
        imgbatch fetch dogs.txt --out dogs
        imgbatch gallery dogs --out dogs.html
        imgbatch info dogs

      A folder is walked and its tree mirrored under --out. Sources are never touched, and an output is either whole or \
      not there.

      EXIT STATUS:
        0    every picture was written or rightly skipped
        1    some pictures failed; all others are there
        64   wrong usage, two inputs would get one output, or an input or image would be overwritten
        66   no input was found
        70   a fault of imgbatch itself
        73   the output folder, TMPDIR or standard output cannot be written, or another run holds the folder
        130  interrupted; what was written is whole (143 by SIGTERM)
        141  the reader of standard output went away
      """,
    version: Build.description,
    subcommands: [
      ResizeCommand.self, GrayscaleCommand.self, MergeCommand.self, CompareCommand.self, ProfileCommand.self,
      FetchCommand.self, GalleryCommand.self, InfoCommand.self,
    ])
}
