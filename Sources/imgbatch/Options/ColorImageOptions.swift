internal import ArgumentParser
internal import ImageCore
internal import Thumbnailing

/// The definition of gray.
struct GrayOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What gray stands for: luma601 (what JPEGs store; fastest), luma709, or luminance, as bright as the colours are \
      seen. Makes grayscale pictures by itself. (default: luma601)
      """, valueName: "kind"))
  var grayAs: GrayKind?
}

/// The look of thumbnails, in color or gray.
struct ColorImageOptions: ParsableArguments {
  @OptionGroup var common: ImageOptions

  @Flag(help: "Write grayscale pictures.")
  var gray = false

  @OptionGroup var kind: GrayOptions

  func makeOptions() -> ThumbnailOptions {
    let defaults = ThumbnailOptions()
    return common.makeOptions(defaultSize: defaults.size, gray: kind.grayAs ?? (gray ? defaults.gray : nil))
  }
}
