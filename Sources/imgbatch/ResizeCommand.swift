internal import ArgumentParser
internal import Batch

struct ResizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resize",
    abstract: "Makes thumbnails of pictures and folders.",
    discussion: """
      A box of 256x256 unless --size says otherwise, Lanczos 3, all cores, the format of the source, upright, never \
      enlarged.

      EXAMPLES:
        imgbatch resize dogs --out thumbs
        imgbatch resize dogs cats --out thumbs --size 400x300 --existing skip
        imgbatch resize dogs --out thumbs --format jpeg --background '#f0f0f0'
        imgbatch resize dogs --out thumbs --dry-run
        find dogs -name '*.jpg' -print0 | imgbatch resize --files-from - -0 --out thumbs --json
      """)

  @OptionGroup(title: "Inputs") var input: InputOptions
  @OptionGroup(title: "Outputs") var output: OutputOptions
  @OptionGroup(title: "Picture") var picture: PictureOptions

  @Flag(help: "Write grayscale pictures.")
  var gray = false

  @OptionGroup(title: "Run") var work: RunOptions
  @OptionGroup(title: "Talk") var talk: TalkOptions

  func run() throws {
    var recipe = Recipe()
    picture.apply(to: &recipe, defaultSize: recipe.size)
    recipe.colour = gray ? .gray : .asSource
    try Session(input: input, output: output, work: work, talk: talk, recipe: recipe).perform()
  }
}
