internal import ArgumentParser
internal import ImageCodecs
internal import ImageCore
internal import Thumbnailing

/// How thumbnails look.
struct ImageOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Size of the outputs, as in 256, 400x300, 400x or 50%; repeatable.",
      discussion: """
        256: fit in a box of 256x256. 400x300: fit in that box. 400x: 400 wide. x300: 300 high. 50%: half of both sides. \
        As in ImageMagick, 100x100^ is --fit outside --upscale, 100x100! is --fit fill --upscale, and 100x100> only shrinks, \
        which is the default here. With several sizes each image is decoded once.
        """, valueName: "size"),
    transform: SizeArgument.init)
  var size: [SizeArgument] = []

  @Option(
    help: ArgumentHelp(
      "How an image is fitted to the box.",
      discussion: """
        inside: the whole image, within the box. cover: fill the box and crop. contain: within the box, padded to it. \
        fill: stretch to the box. outside: the smallest size that covers the box, not cropped. Default: inside.
        """, valueName: "fit"))
  var fit: Fit?

  @Option(
    help: ArgumentHelp(
      "The part that cover keeps, and the position of the image in contain.",
      discussion: "entropy keeps the part with the most detail. centre is center.", valueName: "position"))
  var gravity: Gravity = ThumbnailOptions().gravity

  @Flag(help: "Enlarge images that are smaller than --size.")
  var upscale = false

  @Option(help: ArgumentHelp("Resampling filter.", valueName: "filter"))
  var filter: Kernel = ThumbnailOptions().kernel

  @Option(
    help: ArgumentHelp(
      "How far JPEGs are reduced while they are decoded (shrink-on-load).",
      discussion: """
        safe: the filter still reduces by a factor of at least 2. fast: by a factor of at least 1, which is faster and \
        less sharp. off: decode at full size.
        """, valueName: "rule"))
  var shrink: ShrinkRule = ThumbnailOptions().shrink

  @Flag(help: "Ignore the EXIF orientation instead of turning images upright.")
  var noOrient = false

  @Flag(
    help: ArgumentHelp(
      "Resample in linear light, with 16 bits per channel.",
      discussion: """
        Fine patterns keep their brightness. Uses the exact sRGB curve, turns shrink-on-load off, and needs about twice \
        the CPU time for large PNGs.
        """))
  var linear = false

  @Option(
    help: ArgumentHelp(
      "The color profile of the source: keep it, convert the colors to srgb, or strip it.",
      discussion: """
        CMYK is always converted, by its profile if it has one. Colors that become gray are converted to sRGB first, \
        unless the profile is stripped. What is lost is reported.
        """, valueName: "rule"))
  var icc: ProfileRule = ThumbnailOptions().profile

  @Option(
    help: ArgumentHelp(
      "EXIF, XMP and PNG text: none drops them, with the GPS position; keep copies them.",
      discussion: """
        keep copies up to 4 MiB, without the embedded preview, and corrects the stored orientation.
        """, valueName: "rule"))
  var metadata: MetadataRule = ThumbnailOptions().metadata

  func validate() throws {
    if size.count > 100 { throw ValidationError("--size is given \(size.count) times; at most 100 are possible.") }
    for (index, one) in size.enumerated() where size[..<index].contains(where: { $0.text == one.text }) {
      throw ValidationError("--size \(one.text) is given twice.")
    }
    guard let first = size.first, let suffix = first.suffix ?? size.compactMap(\.suffix).first else { return }
    if let other = size.first(where: { $0.suffix != suffix }) {
      throw ValidationError("--size \(other) and --size \(first) need different --fit options; use one run for each.")
    }
    if fit != nil, suffix.fit != nil { throw ValidationError("--size \(first) sets --fit; omit one of them.") }
    if upscale && suffix.upscaling == .never {
      throw ValidationError("--size \(first) only shrinks and cannot be used with --upscale.")
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
    options.fit = fit ?? size.first?.suffix?.fit ?? options.fit
    options.gravity = gravity
    options.upscale = upscale ? .allowed : size.first?.suffix?.upscaling ?? .never
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

  /// The options of a measurement in this process, with both clocks.
  func measured(_ color: ColorChoiceOptions, _ limits: LimitOptions) -> ThumbnailOptions {
    var options = makeOptions(defaultSize: ThumbnailOptions().size, gray: color.kind)
    options.limits = limits.decode
    options.clocks = .wallAndProcessor
    return options
  }
}

extension Fit: ChoiceArgument {}
extension Gravity: ChoiceArgument {
  init?(argument: String) { self.init(rawValue: argument == "centre" ? "center" : argument) }
}
extension GrayKind: ChoiceArgument {}
extension Kernel: ChoiceArgument {}
extension ShrinkRule: ChoiceArgument {}
extension MetadataRule: ChoiceArgument {}
extension ProfileRule: ChoiceArgument {}
