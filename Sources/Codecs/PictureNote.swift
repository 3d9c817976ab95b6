/// What an output lacks of its source although nobody asked for that: told once a picture, and no fault.
package enum PictureNote: String, CaseIterable, Sendable {
  /// A JPEG's brighter version for HDR displays (Ultra HDR, ISO 21496-1).
  case gainMap = "gain-map-dropped"
  /// All frames of an animated PNG but its still picture.
  case frames = "frames-dropped"
  /// `--icc strip` of one that is not sRGB: colours will look different.
  case profile = "profile-dropped"
  /// CMYK without a usable profile is converted by a simple formula.
  case inks = "cmyk-without-profile"
  /// `--metadata keep` of what the output's format cannot hold, of more than `PictureMetadata.mostByteCount`, or of what cannot
  /// be read.
  case metadata = "metadata-dropped"
  /// `--metadata keep` of a motion photo: the entries of XMP that lead to its video.
  case video = "video-dropped"

  package var sentence: String {
    switch self {
    case .gainMap: "its gain map (HDR) was dropped"
    case .frames: "it is animated; only its still picture was used"
    case .profile: "its profile is not sRGB and was dropped, so its colours look different; use --icc srgb"
    case .inks: "it is CMYK without a profile; its colours are approximate"
    case .metadata: "part of its metadata was dropped: too large for the output, without a place there, or damaged"
    case .video: "it is a motion photo; its video was dropped"
    }
  }
}
