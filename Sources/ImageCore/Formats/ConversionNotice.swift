/// What an output lacks of its source although nobody asked for that: told once an image, and no fault.
package enum ConversionNotice: String, CaseIterable, Sendable {
  /// A JPEG's brighter version for HDR displays (Ultra HDR, ISO 21496-1).
  case gainMap = "gain-map-dropped"
  /// All frames of an animated PNG but its still image.
  case frames = "frames-dropped"
  /// `--icc strip` of one that is not sRGB: colors will look different.
  case profile = "profile-dropped"
  /// CMYK without a usable profile is converted by a simple formula.
  case inks = "cmyk-without-profile"
  /// `--metadata keep` of what the output's format cannot hold, of more than `ImageMetadata.maxByteCount`, or of what cannot
  /// be read.
  case metadata = "metadata-dropped"
  /// `--metadata keep` of a motion photo: the entries of XMP that lead to its video.
  case video = "video-dropped"
  /// A profile of which parts are missing or that nobody can read.
  case damagedProfile = "damaged-profile-dropped"
  /// A file with several profiles: the first one that is whole counts.
  case furtherProfiles = "further-profile-dropped"
  /// A profile for another kind of image: one for gray in an image of RGB, one for RGB in CMYK.
  case unfittingProfile = "unfitting-profile-dropped"
  /// Colors that `--icc keep` had to convert, since the output cannot have their profile.
  case converted = "converted-to-srgb"
  /// A color space that the output cannot have and that cannot be converted: light beyond white (PQ, HLG) above all.
  case colorSpace = "color-space-dropped"
  /// Colors that `--icc srgb` could not convert; the output says what they are, as the source did.
  case unconverted = "not-converted-to-srgb"

  package var sentence: String {
    switch self {
    case .gainMap: "its gain map (HDR) was dropped"
    case .frames: "it is animated; only its still picture was used"
    case .profile: "its profile is not sRGB and was dropped, so its colours look different; use --icc srgb"
    case .inks: "it is CMYK without a profile; its colours are approximate"
    case .metadata: "part of its metadata was dropped: too large for the output, without a place there, or damaged"
    case .video: "it is a motion photo; its video was dropped"
    case .damagedProfile: "its color profile is damaged, incomplete or not allowed in its format, and was dropped"
    case .furtherProfiles: "it has more than one color profile; only the first was used"
    case .unfittingProfile: "its color profile is for another kind of image (gray, RGB or CMYK) and was dropped"
    case .converted: "the output cannot have its color space, so its colors were converted to sRGB"
    case .colorSpace: "the output cannot have its color space, which was dropped, so its colors may look different"
    case .unconverted: "its colors could not be converted to sRGB and stay as they are"
    }
  }
}
