internal import Synchronization

/// The transforms of a run, each made once, by whichever worker meets its profile first. Making one of inks takes some
/// tens of milliseconds: workers that need the same wait for it, and no others.
package final class ColourTransforms: Sendable {
  private let transforms = MadeOnce<TransformKey, ColourTransform>()
  private let grayProfiles = MadeOnce<ProfileKey, [UInt8]>()

  package init() {}

  /// The most memory that the transforms and profiles of a run take, but for those that images in hand use beyond.
  package static let mostByteCount = 2 * MadeOnce<ProfileKey, [UInt8]>.mostByteCount

  /// To sRGB; nil where the profile is broken, of another space, or has more of something than any honest one.
  package func toSRGB(_ profile: [UInt8], _ space: ColourSpace, hasAlpha: Bool) -> ColourTransform? {
    let key = TransformKey(profile: ProfileKey(profile), space: space, hasAlpha: hasAlpha)
    return transforms.value(key, byteCount: ColourTransform.byteCount(profileByteCount: profile.count)) {
      ColourTransform(profile: profile, space, hasAlpha: hasAlpha)
    }
  }

  /// The profile of a gray image whose gray stands for equal red, green and blue of an RGB profile; nil where that is
  /// broken.
  package func grayProfile(ofRGB profile: [UInt8]) -> [UInt8]? {
    grayProfiles.value(ProfileKey(profile), byteCount: 2 * profile.count) {
      ProfileCheck.isReasonable(profile) ? Colour.grayProfile(ofRGB: profile) : nil
    }
  }
}

struct TransformKey: Hashable {
  let profile: ProfileKey
  let space: ColourSpace
  let hasAlpha: Bool
}

/// A profile with its hash, which is computed before any lock is taken: profiles have up to 16 MB.
struct ProfileKey: Hashable {
  private let hash: Int
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    hash = bytes.hashValue
    self.bytes = bytes
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
