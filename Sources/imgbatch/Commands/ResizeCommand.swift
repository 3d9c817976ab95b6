internal import ArgumentParser
internal import ImageCore
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
    var options = ThumbnailOptions()
    image.apply(to: &options)
    try ResizeRun(
      input: input, output: output, work: work, messages: messages, options: options, sizeTexts: image.common.sizeTexts,
      defaultSizeWord: "256"
    ).perform()
  }
}

/// The definition of gray.
struct GrayOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What gray stands for: luma601 (what JPEGs store; fastest), luma709, or luminance, as bright as the colours are \
      seen. Makes grayscale pictures by itself. (default: luma601)
      """, valueName: "kind"))
  var grayAs: GrayKind?

  func apply(to options: inout ThumbnailOptions) { options.gray = grayAs ?? options.gray }
}

/// The look of thumbnails, in color or gray.
struct ColorImageOptions: ParsableArguments {
  @OptionGroup var common: ImageOptions

  @Flag(help: "Write grayscale pictures.")
  var gray = false

  @OptionGroup var kind: GrayOptions

  func apply(to options: inout ThumbnailOptions) {
    common.apply(to: &options, defaultSize: options.size)
    options.color = gray || kind.grayAs != nil ? .gray : .asSource
    kind.apply(to: &options)
  }
}
