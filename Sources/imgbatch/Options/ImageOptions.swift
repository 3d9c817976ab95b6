internal import ArgumentParser
internal import ImageCodecs
internal import ImageCore
internal import Thumbnailing

/// How thumbnails look.
struct ImageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      256 fits in a box of 256x256, 400x300 in that box; 400x and x300 are about one side, 50% is of both. May be \
      given several times: each picture is decoded once for all.
      """,
      valueName: "size"),
    transform: SizeArgument.init)
  var size: [SizeArgument] = []

  @Option(
    help: ArgumentHelp(
      """
      How pictures meet a box: inside it whole; cover it, cut to its shape; contain, inside and padded to it; fill it, \
      stretched; outside, the smallest that covers it.
      """, valueName: "fit"))
  var fit: Fit = ThumbnailOptions().fit

  @Option(
    help: ArgumentHelp(
      """
      What cover keeps and where contain puts the picture: center, a side (north, east, south, west), a corner \
      (northeast, ...), or entropy, the busiest part.
      """, valueName: "place"))
  var gravity: Gravity = ThumbnailOptions().gravity

  @Flag(help: "Let pictures smaller than --size grow to it.")
  var upscale = false

  @Option(help: ArgumentHelp("Resampling filter.", valueName: "kernel"))
  var filter: Kernel = ThumbnailOptions().kernel

  @Option(
    help: ArgumentHelp(
      """
      How far the JPEG decoder may shrink by itself; safe leaves a factor of at least 2 to the filter, fast \
      less, for speed.
      """, valueName: "rule"))
  var shrink: ShrinkRule = ThumbnailOptions().shrink

  @Flag(help: "Leave pictures as they are stored, instead of turning them upright as EXIF says.")
  var noOrient = false

  @Flag(
    help: """
      Average light instead of stored values, so that fine patterns keep their brightness. 16 bits inside, exact curve \
      of sRGB. Takes six times the processor time for large photographs, since JPEG decoders do not shrink then, and \
      twice for large PNGs.
      """)
  var linear = false

  @Option(
    help: ArgumentHelp(
      """
      The colour profile of the source: keep it, convert colours to srgb, or strip it. CMYK is always converted, by its \
      profile where it has one; colors that are made gray are converted to sRGB first, unless the profile is stripped. \
      What is lost is noted.
      """, valueName: "rule"))
  var icc: ProfileRule = ThumbnailOptions().profile

  @Option(
    help: ArgumentHelp(
      """
      EXIF, XMP and texts of PNGs: none drops them, and with them the place where a picture was taken; keep carries over \
      up to 4 MiB of them, without the small preview; their orientation agrees with the pixels.
      """, valueName: "rule"))
  var metadata: MetadataRule = ThumbnailOptions().metadata

  func validate() throws {
    if size.count > 100 { throw ValidationError("--size is given \(size.count) times; 100 are the most.") }
    for (index, one) in size.enumerated() where size[..<index].contains(where: { $0.text == one.text }) {
      throw ValidationError("--size \(one.text) is given twice.")
    }
  }

  /// The values of `{size}` in names.
  /// - Parameter word: its value without `--size`.
  func sizeTexts(default word: String) -> [String] { size.isEmpty ? [word] : size.map(\.text) }

  /// - Parameters:
  ///   - defaultSize: the size without `--size`; nil keeps the size of the source.
  ///   - gray: nil keeps the colors of the source.
  func makeOptions(defaultSize: SizeRequest?, gray: GrayKind?) -> ThumbnailOptions {
    var options = ThumbnailOptions()
    options.sizes = size.isEmpty ? [defaultSize].compactMap { $0 } : size.map(\.request)
    options.fit = fit
    options.gravity = gravity
    options.upscale = upscale ? .allowed : .never
    options.kernel = filter
    options.color = gray == nil ? .asSource : .gray
    options.gray = gray ?? options.gray
    options.light = linear ? .linear : .asStored
    options.shrink = shrink
    options.orientation = noOrient ? .ignore : .apply
    options.profile = icc
    options.metadata = metadata
    return options
  }
}

extension Fit: ExpressibleByArgument {}
extension Gravity: ExpressibleByArgument {}
extension GrayKind: ExpressibleByArgument {}
extension Kernel: ExpressibleByArgument {}
extension ShrinkRule: ExpressibleByArgument {}
extension MetadataRule: ExpressibleByArgument {}
extension ProfileRule: ExpressibleByArgument {}
