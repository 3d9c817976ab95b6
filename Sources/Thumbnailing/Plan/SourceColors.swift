internal import ColorManagement
internal import ImageCodecs
internal import ImageCore

/// What a source says of its colors, as far as that holds for its pixels.
///
/// One rule for all formats: a profile holds for pixels of the kind that its header names (ICC.1:2022, 7.2.6). One of GRAY
/// holds for gray, one of RGB for RGB, YCbCr and palettes, one of CMYK for four inks. One of RGB holds for gray too: gray
/// then is equal red, green and blue, as browsers show such JPEGs. Any other profile is not used, not written, and noted.
struct SourceColors {
  let space: ColorSpace
  let hasAlpha: Bool
  /// The source's own profile, where it holds; for gray one of RGB as well.
  let profile: [UInt8]?
  /// Whether `profile` is one of RGB for a gray image.
  let isOfEqualRGB: Bool
  /// Why there is a profile that does not hold.
  let note: ConversionNotice?
  private let chunks: PNGColorChunks

  init(_ header: ImageHeader) {
    space = header.colorSpace
    hasAlpha = space != .cmyk && header.decodedChannels % 2 == 0
    chunks = header.colorChunks
    let named = header.profile.map { ProfileSpace(profile: $0) }
    switch (named, space) {
    case (nil, _):
      profile = nil
      note = nil
    case (.gray, .gray), (.rgb, .gray), (.rgb, .rgb), (.cmyk, .cmyk):
      profile = header.profile
      note = nil
    case (.some(nil), _):
      profile = nil
      note = .damagedProfile
    default:
      profile = nil
      note = .unfittingProfile
    }
    isOfEqualRGB = profile != nil && space == .gray && named == .rgb
  }

  /// Whether numbers of a PNG come before its profile, or stand alone.
  var areSaidByNumbers: Bool {
    if chunks.codePoints != nil { return true }
    if profile != nil || chunks.srgbIntent != nil { return false }
    // Gray has no primaries, and its white is white in any of them.
    return chunks.gamma != nil || (chunks.chromaticities != nil && space != .gray)
  }

  /// What the stored colors are, in a profile.
  struct Description {
    /// Nil where nothing is said, or sRGB, or what no profile can say.
    var profile: [UInt8]?
    /// Whether cICP names a space that no profile can say: PQ, HLG, a narrow range or something new.
    var hasUnknownCodePoints = false
  }

  /// By the order of precedence of PNG's third edition (4.3): cICP, iCCP, sRGB, then gAMA and cHRM. In the place of cICP
  /// that no profile can say, only an iCCP counts: its writer has meant it for programs that do not know the other.
  func description(_ transforms: ColorTransforms) -> Description {
    var result = Description()
    if chunks.codePoints != nil {
      result.profile = profileOfCodePoints
      if result.profile != nil { return result }
      result.hasUnknownCodePoints = true
    }
    if let profile {
      result.profile = isOfEqualRGB ? transforms.grayProfile(ofRGB: profile) ?? profile : profile
    } else if areSaidByNumbers && !result.hasUnknownCodePoints {
      result.profile = profileOfNumbers
    }
    return result
  }

  private var profileOfCodePoints: [UInt8]? {
    // Full range, and no matrix: PNG has RGB (11.3.2.6).
    guard let points = chunks.codePoints, points[2] == 0, points[3] == 1 else { return nil }
    if space == .gray { return ColorParameters.Curve(transfer: points[1])?.grayProfile }
    return ColorParameters(primaries: points[0], transfer: points[1])?.profile
  }

  private var profileOfNumbers: [UInt8]? {
    var parameters = ColorParameters()
    if let gamma = chunks.gamma { parameters.curve = .power(100_000 / Double(gamma)) }
    if space == .gray { return parameters.curve.grayProfile }
    if let xy = chunks.chromaticities { parameters.xy = xy.map { Double($0) / 100_000 } }
    return parameters.profile
  }
}

extension ImageHeader {
  fileprivate var colorSpace: ColorSpace {
    switch color {
    case .gray, .grayAlpha: .gray
    case .cmyk, .ycck: .cmyk
    case .palette, .rgb, .rgba, .yCbCr, .other: .rgb
    }
  }
}
