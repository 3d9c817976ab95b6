/// Information that a conversion lost although no option asked for that. Reported once per image; not an error.
package enum ConversionNotice: String, CaseIterable, Sendable {
  /// The brighter version of a JPEG for HDR displays (Ultra HDR, ISO 21496-1).
  case gainMap = "gain-map-dropped"
  /// All frames of an animation except its still image.
  case frames = "frames-dropped"
  /// All images of a file except the first, or the one that the file names as its primary image.
  case images = "images-dropped"
  /// A raw file whose largest preview is smaller than an output should be.
  case preview = "preview-smaller"
  /// `--icc strip` of a profile other than sRGB: colors will look different.
  case profile = "profile-dropped"
  /// CMYK without a usable profile is converted by a simple formula.
  case inks = "cmyk-without-profile"
  /// With `--metadata keep`: metadata that the output format cannot hold, that is larger than `ImageMetadata.maxByteCount`, or
  /// that cannot be read.
  case metadata = "metadata-dropped"
  /// With `--metadata keep` and a motion photo: the XMP entries that refer to its video.
  case video = "video-dropped"
  /// A profile that is incomplete or unreadable.
  case damagedProfile = "damaged-profile-dropped"
  /// A file with several profiles. The first complete one is used.
  case furtherProfiles = "further-profile-dropped"
  /// A profile for another kind of image, for example one for gray in an RGB image, or one for RGB in a CMYK image.
  case unfittingProfile = "unfitting-profile-dropped"
  /// Colors that `--icc keep` had to convert, because the output cannot hold their profile.
  case converted = "converted-to-srgb"
  /// A color space that the output cannot hold and that cannot be converted, mostly one brighter than white (PQ, HLG).
  case colorSpace = "color-space-dropped"
  /// Colors that `--icc srgb` could not convert. The output declares the color space of the source.
  case unconverted = "not-converted-to-srgb"

  package var sentence: String {
    switch self {
    case .gainMap: "its gain map (HDR) was dropped"
    case .frames: "it is animated; only its still image was used"
    case .images: "it contains several images; only the first was used"
    case .preview: "its largest preview is smaller than the output asked for"
    case .profile: "its profile is not sRGB and was dropped, so its colors look different"
    case .inks: "it is CMYK without a profile; its colors are approximate"
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
