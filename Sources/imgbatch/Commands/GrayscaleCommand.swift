internal import ArgumentParser
internal import ImageCore
internal import Thumbnailing

struct GrayscaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grayscale",
    abstract: "Makes grayscale pictures, at full size unless --size is given.",
    discussion: """
      Gray is luma as in BT.601 unless --gray-as says otherwise; of a JPEG that is the luma it stores, and its colour is \
      not even decoded.

      EXAMPLES:
        imgbatch grayscale dogs --out gray
        imgbatch grayscale dogs --out gray --size 512 --format png
      """)

  @OptionGroup(title: "Inputs") var input: InputOptions
  @OptionGroup(title: "Outputs") var output: OutputOptions
  @OptionGroup(title: "Picture") var image: ImageOptions
  @OptionGroup(title: "Picture") var kind: GrayOptions
  @OptionGroup(title: "Work") var work: RunOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run() throws {
    let look = image.makeOptions(defaultSize: nil, gray: kind.grayAs ?? ThumbnailOptions().gray)
    try ResizeRun(
      input: input, output: output, work: work, messages: messages, options: ThumbnailOptions(look, output, work),
      execution: work.execution, sizeTexts: image.sizeTexts(default: "full")
    ).perform()
  }
}
