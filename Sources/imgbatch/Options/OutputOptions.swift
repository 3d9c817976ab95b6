internal import ArgumentParser
internal import BatchEngine
internal import ImageCodecs
internal import ImageCore
internal import SystemSupport
internal import Thumbnailing

/// Where the outputs go, their names and their format.
struct OutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder for the outputs; made if it is not there.", valueName: "folder"))
  var out: PathArgument

  @Option(
    help: ArgumentHelp(
      """
      Path of an output under --out, of {dir} {stem} {ext} {size} {w} {h}. (default: {dir}/{stem}.{ext}; with several \
      sizes {dir}/{stem}-{size}.{ext})
      """, valueName: "template"))
  var name: String?

  @Option(
    help: ArgumentHelp(
      "What to do where an output is there already; update redoes what changed in source or options.", valueName: "rule"
    ))
  var existing: ExistingOutput = ThumbnailOptions().existing

  @Option(
    help: "Format of the outputs; same is what the source's name says, or its content where the name says nothing.")
  var format: OutputFormat = .same

  @Option(help: ArgumentHelp("\(ImageFormat.lossyNames): 1 to 100.", valueName: "n"))
  var quality: Int = JPEGOptions().quality

  @Option(
    help: ArgumentHelp(
      "JPEG: chroma resolution; auto is 420 below quality 90 and 444 from there on.", valueName: "kind"))
  var subsampling: ChromaSubsampling = JPEGOptions().subsampling

  @Flag(help: "JPEG: write progressive files.")
  var progressive = false

  @Option(help: ArgumentHelp("PNG: 0 (fast) to 9 (small).", valueName: "n"))
  var pngLevel: Int = PNGOptions().level

  @Option(
    help: ArgumentHelp(
      """
      Pads --fit contain, and is laid under transparent pixels in JPEG outputs: #rrggbb or a name such as white, \
      black, gray. (default: white; a PNG with alpha is padded with nothing)
      """,
      valueName: "colour"),
    transform: Background.init(text:))
  var background: Background?

  @OptionGroup var history: ResumeOptions<ResizeResumeHelp>

  func validate() throws {
    _ = try template(sizes: 1)
    try history.check(against: existing)
    guard (1...100).contains(quality) else { throw ValidationError("--quality is 1 to 100, not \(quality).") }
    guard (0...9).contains(pngLevel) else { throw ValidationError("--png-level is 0 to 9, not \(pngLevel).") }
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
    guard sizes == 1 || template.distinguishesSizes else {
      throw CommandError(
        status: .wrongUsage, sentence: "--name gives \(sizes) sizes of a picture one name; put {size} into it.")
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
      "has the field {\(field)}; there are "
        + NameTemplate.Field.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
    case .unbalancedBrace: "has a brace without its partner"
    case .absolutePath: "is an absolute path; outputs stay below --out"
    case .parentFolder: "has the part '..'; outputs stay below --out"
    case .noFileName: "names a folder and no file"
    case .zeroByte: "has a zero byte"
    }
  }
}

extension ExistingOutput: ExpressibleByArgument {}
extension ChromaSubsampling: ExpressibleByArgument {}
extension OutputFormat: ExpressibleByArgument {
  init?(argument: String) {
    guard let known = OutputFormat.allCases.first(where: { $0.description == argument }) else { return nil }
    self = known
  }
}

extension Background {
  /// Some color names of CSS.
  private static let names: [String: UInt32] = [
    "white": 0xFFFFFF, "silver": 0xC0C0C0, "gray": 0x808080, "grey": 0x808080, "black": 0x000000, "red": 0xFF0000,
    "green": 0x008000, "blue": 0x0000FF, "yellow": 0xFFFF00,
  ]

  /// Parses the value of `--background`.
  init(text: String) throws {
    let digits = text.dropFirst()
    let isHexadecimal = text.hasPrefix("#") && digits.count == 6 && digits.allSatisfy(\.isHexDigit)
    guard let color = Background.names[text.lowercased()] ?? (isHexadecimal ? UInt32(digits, radix: 16) : nil) else {
      throw ValidationError("Colours are #rrggbb or one of \(Background.names.keys.sorted().joined(separator: ", ")).")
    }
    self.init(
      red: UInt8(truncatingIfNeeded: color >> 16), green: UInt8(truncatingIfNeeded: color >> 8),
      blue: UInt8(truncatingIfNeeded: color))
  }
}
