internal import ArgumentParser
internal import BatchEngine
internal import ImageCodecs
internal import ImageCore
internal import SystemSupport
internal import Thumbnailing

/// Where the outputs go, their names and their format.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Folder for the outputs, created if needed.",
      discussion: "With one input, a file name such as small.jpg, or - for standard output, is also possible.",
      valueName: "folder"), completion: .directory)
  var out: PathArgument

  @Option(
    help: ArgumentHelp(
      "Path of an output under --out: text and {dir} {stem} {base} {ext} {name} {srcext} {size} {w} {h}.",
      discussion: """
        For dogs/a/rex.png and --format jpeg, {dir} is a, {stem} rex, {ext} jpg, {name} rex.png, {srcext} png. \
        {stem} keeps the suffix of a format that is only read, as in a.gif; {base} does not. {size} is the text of \
        --size; {w} and {h} are the output's size in pixels. Default: {dir}/{stem}.{ext}, with several sizes \
        {dir}/{stem}-{size}.{ext}.
        """, valueName: "template"))
  var name: String?

  @Flag(help: "Keep the name of each input folder under --out, as in both/a and both/b.")
  var parents = false

  @Option(
    help: ArgumentHelp(
      "What to do with outputs that exist; update replaces them if the source or the options changed.",
      valueName: "rule"))
  var existing: ExistingOutput = ThumbnailOptions().existing

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Format of the outputs.",
      discussion: """
        same: the format that the source's name implies, or its content if the name implies none; \
        \(ImageFormat.substitutes). auto: JPEG where every pixel of the output is opaque, otherwise PNG. jpg is jpeg.
        """))
  var format: OutputFormat = .same

  @Option(help: ArgumentHelp("\(ImageFormat.lossyNames) quality, 1 to 100.", valueName: "n"))
  var quality: Int = JPEGOptions().quality

  @Option(
    help: ArgumentHelp(
      "Largest size of an output file, as in 60K; lowers the quality as far as necessary.",
      discussion: """
        \(ImageFormat.lossyNames): the highest quality that fits, from --quality down to --min-quality. PNG: --png-level or \
        else level 9. An image with an output that is still too large fails.
        """, valueName: "bytes"), transform: ByteCount.init(text:))
  var maxOutputBytes: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Lowest quality that --max-output-bytes may choose.",
      discussion: "Default: \(OutputLimit().minQuality), or --quality if that is lower.", valueName: "n"))
  var minQuality: Int?

  @Option(
    help: ArgumentHelp(
      "JPEG chroma subsampling; auto is 420 below quality 90, else 444.", valueName: "kind"))
  var subsampling: ChromaSubsampling = JPEGOptions().subsampling

  @Flag(help: "Write progressive JPEGs.")
  var progressive = false

  @Flag(help: "Write WebP without loss; larger files, as exact as PNG.")
  var lossless = false

  @Option(help: ArgumentHelp("PNG compression level, 0 (fast) to 9 (small).", valueName: "n"))
  var pngLevel: Int = PNGOptions().level

  @Option(
    help: ArgumentHelp(
      "Color of the padding, and behind transparent pixels in JPEGs: #rgb, #rrggbb, a CSS name or transparent.",
      discussion: "Default: white; the padding of a PNG with alpha is transparent.", valueName: "color"),
    transform: BackgroundArgument.init)
  var background: BackgroundArgument?

  func validate() throws {
    _ = try template(sizes: 1)
    guard (1...100).contains(quality) else { throw ValidationError("--quality is 1 to 100, not \(quality).") }
    guard (0...PNGOptions.maxLevel).contains(pngLevel) else {
      throw ValidationError("--png-level is 0 to \(PNGOptions.maxLevel), not \(pngLevel).")
    }
    guard !lossless || maxOutputBytes == nil else {
      throw ValidationError("--max-output-bytes lowers the quality, and --lossless has none; omit one of them.")
    }
    guard let minQuality else { return }
    guard maxOutputBytes != nil else { throw ValidationError("--min-quality needs --max-output-bytes.") }
    guard (1...quality).contains(minQuality) else {
      throw ValidationError("--min-quality is 1 to --quality (\(quality)), not \(minQuality).")
    }
  }

  var limit: OutputLimit {
    var limit = OutputLimit()
    limit.byteCount = maxOutputBytes?.count ?? 0
    // Without a limit the default, so that fingerprints stay the same.
    if maxOutputBytes != nil { limit.minQuality = minQuality ?? min(limit.minQuality, quality) }
    return limit
  }

  /// - Parameter sizes: the number of outputs of each image.
  func template(sizes: Int) throws -> NameTemplate {
    guard let name else { return sizes > 1 ? .mirroredWithSize : .mirrored }
    guard let text = String(validating: unescapedBytes(name), as: UTF8.self) else {
      throw ValidationError("--name is not UTF-8.")
    }
    let template: NameTemplate
    do throws(NameTemplateError) {
      template = try NameTemplate(text)
    } catch {
      throw ValidationError("--name \(error.description).")
    }
    guard format != .auto || template.hasSuffix else {
      throw ValidationError("--format auto needs {ext} in --name, because it chooses the suffix.")
    }
    guard sizes == 1 || template.distinguishesSizes else {
      throw CommandError(
        status: .wrongUsage, sentence: "--name gives the \(sizes) sizes of an image the same name; add {size} to it.")
    }
    return template
  }
}

extension NameTemplateError {
  /// The text after "--name".
  fileprivate var description: String {
    switch self {
    case .empty: "is empty"
    case .unknownField(let field):
      "contains the unknown field {\(field)}; the fields are "
        + NameTemplate.Field.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
    case .unbalancedBrace: "contains an unmatched brace"
    case .absolutePath: "is an absolute path; outputs stay below --out"
    case .parentFolder: "contains '..'; outputs stay below --out"
    case .noFileName: "names a folder, not a file"
    case .zeroByte: "contains a NUL byte"
    }
  }
}

extension ExistingOutput: ChoiceArgument {}
extension ChromaSubsampling: ChoiceArgument {}
extension OutputFormat: ExpressibleByArgument {
  static var allValueStrings: [String] { allCases.map { $0.description } }

  init?(argument: String) {
    let argument = argument == "jpg" ? "jpeg" : argument
    guard let known = OutputFormat.allCases.first(where: { $0.description == argument }) else { return nil }
    self = known
  }
}
