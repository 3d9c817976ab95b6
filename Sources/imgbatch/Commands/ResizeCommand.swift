internal import ArgumentParser
internal import Thumbnailing

struct ResizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resize",
    abstract: "Make thumbnails of images and folders.",
    discussion: """
      Without options: within 256x256 pixels, Lanczos 3, on all cores, in the format of the source, upright, never \
      enlarged.

      EXAMPLES:
        imgbatch resize dogs --out thumbs
        imgbatch resize dogs cats --out thumbs --size 400x300 --parents
        imgbatch resize dogs/rex.jpg --out small.jpg
        imgbatch resize dogs --out thumbs --format jpeg --background lightgray
        imgbatch resize dogs --out web --size 160 --size 320 --size 1280
        imgbatch resize dogs --out thumbs --dry-run
        imgbatch resize dogs --out thumbs --resume
        imgbatch resize dogs --out thumbs --report run.html
        find dogs -name '*.jpg' -print0 | imgbatch resize --files-from - -0 --out thumbs --json
      """)

  @OptionGroup(title: "Inputs") var input: InputOptions
  @OptionGroup(title: "Outputs") var output: OutputOptions
  @OptionGroup(title: "Outputs") var list: ManifestOptions
  @OptionGroup(title: "Outputs") var history: ResumeOptions<ResizeResumeHelp>
  @OptionGroup(title: "Image") var image: ImageOptions
  @OptionGroup(title: "Image") var color: ColorChoiceOptions
  @OptionGroup(title: "Work") var work: RunOptions
  @OptionGroup(title: "Work") var sharding: ShardOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Limits") var workLimits: WorkLimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func validate() throws { try history.check(against: output.existing) }

  func run() throws {
    let look = image.makeOptions(defaultSize: ThumbnailOptions().size, gray: color.kind)
    try ResizeRun(
      input: input, output: output, list: list, history: history, work: work, shard: sharding.shard, messages: messages,
      options: ThumbnailOptions(look, output, list, history, work, limits), execution: work.execution(workLimits),
      sizeTexts: image.sizeTexts(default: "256")
    ).perform()
  }
}
