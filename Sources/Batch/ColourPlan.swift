internal import Codecs
internal import Colour
internal import Imaging

/// What becomes of a picture's colours.
struct ColourPlan {
  /// Converts the resampled pixels to sRGB; nil where they stay what they are.
  private(set) var transform: ColourTransform?
  /// Written into the output.
  private(set) var profile: [UInt8]?
  private(set) var chunks = PNGColourChunks()
  private(set) var notes: [PictureNote] = []
  /// Whether the picture is resampled as four inks.
  private(set) var hasInks = false

  /// - Parameter transforms: nil where no pixels are to be made: colours then stay.
  init(_ header: ImageHeader, rule: ProfileRule, format: ImageFormat, transforms: ColourTransforms?) {
    notes = header.notes
    let space = header.colourSpace
    // What a PNG says by numbers, other formats can only say by a profile.
    let saysByNumbers = header.profile == nil || header.colourChunks.codePoints != nil
    let isRetold = !format.hasColourChunks && header.format.hasColourChunks && saysByNumbers
    // Where gray is written as colours, its profile serves here or nowhere.
    let isGrayByProfile = !format.hasGray && space == .gray && header.profile != nil
    let isLookedAt = transforms != nil && (rule != .keep || space == .cmyk || isRetold || isGrayByProfile)
    let source = isLookedAt ? header.colourProfile : nil
    let found = source.flatMap { transforms?.toSRGB($0, space, hasAlpha: header.hasAlpha) }
    if space == .cmyk {
      // Outputs are RGB, so the profile serves here or nowhere.
      transform = found
      hasInks = found != nil
      if found == nil && transforms != nil { notes.append(.inks) }
      return
    }
    let isOther = found.map { !$0.isIdentity } ?? false
    switch rule {
    case .keep where isGrayByProfile && isOther: transform = found
    case .keep:
      keep(header)
      if isRetold { profile = isOther ? source : nil }
    case .srgb where isOther:
      transform = found
      chunks.srgbIntent = 1
    // A broken profile, or light beyond white: nothing can be done.
    case .srgb where (found == nil && source != nil) || header.hasUnknownCodePoints: keep(header)
    case .srgb: chunks.srgbIntent = 1
    case .strip: if isOther { notes.append(.profile) }
    }
  }

  private mutating func keep(_ header: ImageHeader) {
    profile = header.profile
    chunks = header.colourChunks
  }
}

extension ImageHeader {
  fileprivate var colourSpace: ColourSpace {
    switch colour {
    case .gray, .grayAlpha: .gray
    case .cmyk, .ycck: .cmyk
    case .palette, .rgb, .rgba, .yCbCr, .other: .rgb
    }
  }

  fileprivate var hasAlpha: Bool { colourSpace != .cmyk && decodedChannels % 2 == 0 }

  /// Whether cICP tells of a space that no profile can say: PQ, HLG or something new.
  fileprivate var hasUnknownCodePoints: Bool {
    guard let points = colourChunks.codePoints else { return false }
    return ColourParameters(primaries: points[0], transfer: points[1]) == nil
  }

  /// The profile of the stored colours, by the order of precedence of PNG's third edition (4.3): cICP, iCCP, sRGB, then
  /// gAMA and cHRM. Nil where nothing is said, or sRGB, or what no profile can say.
  fileprivate var colourProfile: [UInt8]? {
    if let points = colourChunks.codePoints, colourSpace == .rgb {
      return ColourParameters(primaries: points[0], transfer: points[1])?.profile
    }
    if let profile { return profile }
    if colourChunks.srgbIntent != nil || colourSpace != .rgb { return nil }
    guard colourChunks.gamma != nil || colourChunks.chromaticities != nil else { return nil }
    var parameters = ColourParameters()
    if let gamma = colourChunks.gamma { parameters.curve = .power(100_000 / Double(gamma)) }
    if let xy = colourChunks.chromaticities { parameters.xy = xy.map { Double($0) / 100_000 } }
    return parameters.profile
  }
}
