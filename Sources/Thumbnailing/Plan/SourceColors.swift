internal import ColorManagement
internal import ImageCodecs
internal import ImageCore

/// The color description of a source, as far as it applies to its pixels.
///
/// The same rule for all formats: a profile applies to the kind of pixels that its header names (ICC.1:2022, 7.2.6). A GRAY
/// profile applies to gray, an RGB profile to RGB, YCbCr and palettes, a CMYK profile to CMYK. An RGB profile applies to gray
/// too, with gray as equal red, green and blue, as browsers show such JPEGs. Any other profile is ignored, not written, and a
/// notice records it.
struct SourceColors {
  let space: ColorSpace
  let hasAlpha: Bool
  /// The source's profile, if it applies. For gray it may be an RGB profile.
  let profile: [UInt8]?
  /// Whether `profile` is an RGB profile for a gray image.
  let isOfEqualRGB: Bool
  /// Why the source's profile does not apply.
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

  /// Whether numbers in PNG chunks take precedence over the profile, or are the only description.
  var areSaidByNumbers: Bool {
    if chunks.codePoints != nil { return true }
    if profile != nil || chunks.srgbIntent != nil { return false }
    // Gray has no primaries, and its white is the white of any primaries.
    return chunks.gamma != nil || (chunks.chromaticities != nil && space != .gray)
  }

  /// The stored colors, described by a profile.
  struct Description {
    /// Nil if there is no description, if it is sRGB, or if no profile can express it.
    var profile: [UInt8]?
    /// Whether cICP names a color space that no profile can express: PQ, HLG, narrow range, or an unknown one.
    var hasUnknownCodePoints = false
  }

  /// The order of precedence of PNG's third edition (4.3): cICP, iCCP, sRGB, then gAMA and cHRM. If no profile can express the
  /// cICP, only iCCP replaces it: the writer added it for programs that do not support cICP.
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
    // Full range and no matrix, because PNG is RGB (11.3.2.6).
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
