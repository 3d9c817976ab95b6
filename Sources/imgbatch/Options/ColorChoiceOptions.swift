internal import ArgumentParser
internal import ImageCore
internal import Thumbnailing

/// The definition of gray, for outputs that are always gray.
struct GrayOptions: ParsableArguments {
  @Option(help: grayHelp("How gray is computed."))
  var grayAs: GrayKind?

  var kind: GrayKind { grayAs ?? ThumbnailOptions().gray }
}

/// Whether outputs are gray, and the definition of gray.
struct ColorChoiceOptions: ParsableArguments {
  @Flag(help: "Convert to grayscale.")
  var gray = false

  @Option(help: grayHelp("How gray is computed; implies --gray."))
  var grayAs: GrayKind?

  /// Nil for outputs in color.
  var kind: GrayKind? { grayAs ?? (gray ? ThumbnailOptions().gray : nil) }
}

private func grayHelp(_ abstract: String) -> ArgumentHelp {
  ArgumentHelp(
    abstract,
    discussion: """
      luma601: BT.601 luma, which JPEGs store; the fastest. luma709: BT.709 luma. luminance: as bright as the colors \
      appear (CIE Y). Default: luma601.
      """, valueName: "kind")
}
