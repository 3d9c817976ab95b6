internal import ArgumentParser
internal import Thumbnailing

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
        imgbatch resize dogs --out web --size 160 --size 320 --size 1280
        imgbatch resize dogs --out thumbs --dry-run
        imgbatch resize dogs --out thumbs --resume
        imgbatch resize dogs --out thumbs --report run.html
        find dogs -name '*.jpg' -print0 | imgbatch resize --files-from - -0 --out thumbs --json
      """)

  @OptionGroup(title: "Inputs") var input: InputOptions
  @OptionGroup(title: "Outputs") var output: OutputOptions
  @OptionGroup(title: "Picture") var image: ColorImageOptions
  @OptionGroup(title: "Work") var work: RunOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run() throws {
    try ResizeRun(
      input: input, output: output, work: work, messages: messages,
      options: ThumbnailOptions(image.makeOptions(), output, work), execution: work.execution,
      sizeTexts: image.common.sizeTexts(default: "256")
    ).perform()
  }
}
