internal import ArgumentParser
internal import ImageCore
internal import Thumbnailing

struct GrayscaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grayscale",
    abstract: "Convert images to grayscale, at full size unless --size is given.",
    discussion: """
      Gray is BT.601 luma unless --gray-as says otherwise. JPEGs store it, so their color is not even decoded.

      EXAMPLES:
        imgbatch grayscale dogs --out gray
        imgbatch grayscale dogs --out gray --size 512 --format png
      """)

  @OptionGroup(title: "Inputs") var input: InputOptions
  @OptionGroup(title: "Outputs") var output: OutputOptions
  @OptionGroup(title: "Outputs") var list: ManifestOptions
  @OptionGroup(title: "Outputs") var history: ResumeOptions<ResizeResumeHelp>
  @OptionGroup(title: "Image") var image: ImageOptions
  @OptionGroup(title: "Image") var gray: GrayOptions
  @OptionGroup(title: "Work") var work: RunOptions
  @OptionGroup(title: "Work") var sharding: ShardOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Limits") var workLimits: WorkLimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func validate() throws { try history.check(against: output.existing) }

  func run() throws {
    let look = image.makeOptions(defaultSize: nil, gray: gray.kind)
    try ResizeRun(
      input: input, output: output, list: list, history: history, work: work, shard: sharding.shard, messages: messages,
      options: ThumbnailOptions(look, output, list, history, work, limits), execution: work.execution(workLimits),
      sizeTexts: image.sizeTexts(default: "full")
    ).perform()
  }
}
