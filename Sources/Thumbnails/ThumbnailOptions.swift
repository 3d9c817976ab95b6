internal import ImageCodecs
internal import ImageCore
internal import Thumbnailing

/// How thumbnails are made. The defaults are those of the `imgbatch` program, and the bytes are the same.
///
/// A value outside of the range of its property is an error of the caller, and ends the program: check what comes from clients.
///
/// ```swift
/// var options = ThumbnailOptions(.box(400, 400), format: .jpeg)
/// options.fit = .cover
/// options.quality = 75
/// ```
public struct ThumbnailOptions: Hashable, Sendable {
  /// A thumbnail of the image. All are made from one decoding.
  public struct Output: Hashable, Sendable {
    public var size: ThumbnailSize
    public var format: OutputFormat

    public init(_ size: ThumbnailSize, format: OutputFormat = .source) {
      self.size = size
      self.format = format
    }
  }

  /// How an image fits into a box of another shape. Raw values are those of the program's option, as in "cover".
  public enum Fit: String, Hashable, Sendable, CaseIterable {
    /// The whole image within the box; one side may be shorter.
    case inside
    /// Fill the box, and crop the rest.
    case cover
    /// The whole image within the box, padded.
    case contain
    /// Stretch the image to the box.
    case fill
    /// Cover the box, and crop nothing.
    case outside
  }

  /// The part that a crop keeps, and the position of an image that is padded. Raw values are those of the program's option, as in
  /// "northeast".
  public enum Gravity: String, Hashable, Sendable, CaseIterable {
    case center, north, northeast, east, southeast, south, southwest, west, northwest
    /// The part with the highest entropy. Padding centers the image.
    case entropy
  }

  /// What happens to the color profile.
  public enum ColorProfile: Hashable, Sendable, CaseIterable {
    /// The thumbnail has the profile of the source.
    case keep
    /// Colors are converted to sRGB, and the thumbnail needs no profile.
    case convertToSRGB
    /// The profile is dropped, and colors are not converted.
    case strip
  }

  /// A color of sRGB.
  public struct Color: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public static let white = Color(red: 255, green: 255, blue: 255)

    public init(red: UInt8, green: UInt8, blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }
  }

  /// At least one.
  public var outputs: [Output]
  public var fit = Fit.inside
  public var gravity = Gravity.center
  /// Whether small images are enlarged.
  public var allowsUpscaling = false
  public var isGray = false
  public var colorProfile = ColorProfile.keep
  /// Whether EXIF, XMP and texts are kept, with the position of the camera among them.
  public var keepsMetadata = false
  /// Of JPEG and lossy WebP, 1 to 100.
  public var quality = JPEGOptions().quality
  /// Of PNG, 0 (fast) to 9 (small).
  public var pngLevel = PNGOptions().level
  /// Whether WebP is written without loss.
  public var isWebPLossless = false
  /// Behind transparent pixels in a JPEG, and for padding in a format without alpha.
  public var background = Color.white

  /// Options for one thumbnail.
  public init(_ size: ThumbnailSize, format: OutputFormat = .source) { outputs = [Output(size, format: format)] }

  /// Options for several thumbnails of an image.
  public init(_ outputs: [Output]) { self.outputs = outputs }
}

extension ThumbnailOptions {
  /// Ends the program, in the calling thread, if a value is outside of the range of its property.
  func checkRanges() {
    precondition(!outputs.isEmpty, "thumbnails need at least one output")
    precondition((1...100).contains(quality), "a quality is 1 to 100, not \(quality)")
    precondition((0...PNGOptions.maxLevel).contains(pngLevel), "a level of PNG is 0 to 9, not \(pngLevel)")
    precondition(
      !isByOpacity || outputs.allSatisfy { $0.format == .jpegOrPNG }, "jpegOrPNG is for all outputs or for none")
  }

  private var isByOpacity: Bool { outputs.contains { $0.format == .jpegOrPNG } }

  func engineOptions(_ limits: ThumbnailLimits) -> Thumbnailing.ThumbnailOptions {
    var options = Thumbnailing.ThumbnailOptions()
    // Without a request the size is that of the image, as at 100 percent.
    options.sizes = outputs.map { $0.size.request ?? .percent(100) }
    options.format = isByOpacity ? .byOpacity : .planned
    options.fit = fit.rule
    options.gravity = gravity.rule
    options.upscale = allowsUpscaling ? .allowed : .never
    options.color = isGray ? .gray : .asSource
    options.profile = colorProfile.rule
    options.metadata = keepsMetadata ? .keep : .none
    options.background = Background(red: background.red, green: background.green, blue: background.blue)
    options.jpeg.quality = quality
    options.png.level = pngLevel
    options.webp.coding = isWebPLossless ? .lossless : .lossy
    options.limits = limits.forDecoders
    return options
  }
}

extension ThumbnailOptions.Fit {
  fileprivate var rule: ImageCore.Fit {
    switch self {
    case .inside: .inside
    case .cover: .cover
    case .contain: .contain
    case .fill: .fill
    case .outside: .outside
    }
  }
}

extension ThumbnailOptions.Gravity {
  fileprivate var rule: ImageCore.Gravity {
    switch self {
    case .center: .center
    case .north: .north
    case .northeast: .northeast
    case .east: .east
    case .southeast: .southeast
    case .south: .south
    case .southwest: .southwest
    case .west: .west
    case .northwest: .northwest
    case .entropy: .entropy
    }
  }
}

extension ThumbnailOptions.ColorProfile {
  fileprivate var rule: ProfileRule {
    switch self {
    case .keep: .keep
    case .convertToSRGB: .srgb
    case .strip: .strip
    }
  }
}
