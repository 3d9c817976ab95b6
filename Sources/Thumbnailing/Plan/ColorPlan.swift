internal import ColorManagement
internal import ImageCodecs
internal import ImageCore

/// How the colors of an image are handled in one output.
///
/// With `--icc keep` the color description of the source is copied unchanged if the output format supports it. Otherwise the plan
/// generates an equivalent profile. If that is impossible too, as in a gray output of a color image, the colors are converted to
/// sRGB. Anything else is lost, and a notice records the loss.
struct ColorPlan {
  /// Converts the resampled pixels to sRGB; nil to leave them unchanged.
  private(set) var transform: ColorTransform?
  /// The profile to write into the output.
  private(set) var profile: [UInt8]?
  private(set) var chunks = PNGColorChunks()
  private(set) var notes: [ConversionNotice] = []
  /// Whether the image is resampled as CMYK.
  private(set) var hasInks = false

  /// - Parameters:
  ///   - isGray: whether a gray output was requested.
  ///   - transforms: nil if no pixels are produced; colors are left unchanged then.
  init(
    _ header: ImageHeader, rule: ProfileRule, isGray: Bool = false, format: ImageFormat, transforms: ColorTransforms?
  ) {
    let colors = SourceColors(header)
    notes = header.notes
    note(colors.note)
    if rule == .strip { notes.removeAll { ConversionNotice.ofProfiles.contains($0) } }
    guard let transforms else {
      keep(header, colors)
      return
    }
    if colors.space == .cmyk {
      convertInks(colors, transforms)
      return
    }
    let fit = Fit(colors, format, isGray: format.hasGray && (isGray || colors.space == .gray))
    if rule == .keep && fit == .asItIs {
      keep(header, colors)
      return
    }
    let source = Source(colors, transforms)
    switch rule {
    case .keep: carry(source, header, colors, fit, format)
    case .srgb: convert(source, header, colors, fit, format)
    case .strip:
      if source.isOther { note(.profile) }
      if source.hasUnknownCodePoints { note(.colorSpace) }
    }
  }

  /// How an output can describe the source's colors.
  private enum Fit {
    /// With the same bytes.
    case asItIs
    /// With a profile that is generated from numbers or from another profile.
    case byProfile
    /// Not at all: its pixels are of another kind.
    case no

    init(_ colors: SourceColors, _ format: ImageFormat, isGray: Bool) {
      guard colors.profile != nil || colors.areSaidByNumbers else {
        self = .asItIs
        return
      }
      let isSameKind = isGray == (colors.space == .gray) || (colors.isOfEqualRGB && !isGray)
      guard isSameKind else {
        self = .no
        return
      }
      let canSayNumbers = !colors.areSaidByNumbers || format.hasColorChunks
      let isOfOtherKind = colors.isOfEqualRGB && isGray
      let hasRoom = (colors.profile?.count ?? 0) <= format.maxProfileBytes
      self = canSayNumbers && !isOfOtherKind && hasRoom ? .asItIs : .byProfile
    }
  }

  /// The analyzed colors of the source.
  private struct Source {
    let profile: [UInt8]?
    let hasUnknownCodePoints: Bool
    let transform: ColorTransform?
    /// Whether they are not sRGB and can be converted.
    let isOther: Bool
    /// Whether the description cannot be interpreted.
    let cannotBeConverted: Bool

    init(_ colors: SourceColors, _ transforms: ColorTransforms) {
      let description = colors.description(transforms)
      profile = description.profile
      hasUnknownCodePoints = description.hasUnknownCodePoints
      transform = profile.flatMap { transforms.toSRGB($0, colors.space, hasAlpha: colors.hasAlpha) }
      isOther = transform.map { !$0.isIdentity } ?? false
      cannotBeConverted = transform == nil && (profile != nil || colors.areSaidByNumbers)
    }
  }

  private mutating func convertInks(_ colors: SourceColors, _ transforms: ColorTransforms) {
    // Outputs are RGB, so the profile is useless after the conversion.
    transform = colors.profile.flatMap { transforms.toSRGB($0, .cmyk, hasAlpha: false) }
    hasInks = transform != nil
    if !hasInks { note(.inks) }
  }

  /// For `--icc keep`, if the output cannot use the source's description.
  private mutating func carry(
    _ source: Source, _ header: ImageHeader, _ colors: SourceColors, _ fit: Fit, _ format: ImageFormat
  ) {
    if fit == .no && source.isOther {
      convertToSRGB(source)
      note(.converted)
      return
    }
    if format.hasColorChunks { chunks = header.colorChunks } else if source.hasUnknownCodePoints { note(.colorSpace) }
    if let made = source.profile, source.isOther {
      if made.count <= format.maxProfileBytes {
        profile = made
      } else {
        convertToSRGB(source)
        note(.converted)
      }
    } else if source.cannotBeConverted {
      if colors.profile != nil { note(.damagedProfile) } else if !format.hasColorChunks { note(.colorSpace) }
    }
  }

  private mutating func convert(
    _ source: Source, _ header: ImageHeader, _ colors: SourceColors, _ fit: Fit, _ format: ImageFormat
  ) {
    if source.isOther {
      convertToSRGB(source)
    } else if source.cannotBeConverted {
      if fit == .asItIs { keep(header, colors) } else { carry(source, header, colors, fit, format) }
      note(.unconverted)
    } else {
      chunks.srgbIntent = 1
    }
  }

  private mutating func convertToSRGB(_ source: Source) {
    transform = source.transform
    chunks = PNGColorChunks()
    chunks.srgbIntent = 1
    if source.hasUnknownCodePoints { note(.colorSpace) }
  }

  private mutating func keep(_ header: ImageHeader, _ colors: SourceColors) {
    profile = colors.profile
    chunks = header.colorChunks
  }

  private mutating func note(_ note: ConversionNotice?) {
    guard let note, !notes.contains(note) else { return }
    notes.append(note)
  }
}

extension ConversionNotice {
  /// Notices about losses that `--icc strip` asks for.
  fileprivate static let ofProfiles: Set<ConversionNotice> = [.damagedProfile, .furtherProfiles, .unfittingProfile]
}
