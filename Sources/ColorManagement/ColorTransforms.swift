internal import Synchronization

/// The transforms of a run, each made once, by whichever worker meets its profile first. Making one of inks takes some
/// tens of milliseconds: workers that need the same wait for it, and no others.
package final class ColorTransforms: Sendable {
  private let transforms: MadeOnce<TransformKey, ColorTransform>
  private let grayProfiles: MadeOnce<ProfileKey, [UInt8]>

  /// More is not kept where there is memory enough: some 50 transforms of usual profiles.
  private static let maxByteCount = 64 << 20
  /// A few transforms of usual profiles, however little memory there is.
  private static let minByteCount = 4 << 20

  /// - Parameter byteLimit: the most memory that transforms and profiles take together between images. It counts from 4 MiB
  ///   to 64 MiB.
  package init(byteLimit: Int = .max) {
    let half = min(max(byteLimit, ColorTransforms.minByteCount), ColorTransforms.maxByteCount) / 2
    transforms = MadeOnce(byteLimit: half)
    grayProfiles = MadeOnce(byteLimit: half)
  }

  /// To sRGB; nil where the profile is broken, of another space, or has more of something than any honest one.
  package func toSRGB(_ profile: [UInt8], _ space: ColorSpace, hasAlpha: Bool) -> ColorTransform? {
    let key = TransformKey(profile: ProfileKey(profile), space: space, hasAlpha: hasAlpha)
    return transforms.value(key, byteCount: ColorTransform.byteCount(profileByteCount: profile.count)) {
      ColorTransform(profile: profile, space, hasAlpha: hasAlpha)
    }
  }

  /// The profile of a gray image whose gray stands for equal red, green and blue of an RGB profile; nil where that is
  /// broken.
  package func grayProfile(ofRGB profile: [UInt8]) -> [UInt8]? {
    grayProfiles.value(ProfileKey(profile), byteCount: 2 * profile.count) {
      ProfileCheck.isReasonable(profile) ? ColorManagement.grayProfile(ofRGB: profile) : nil
    }
  }
}

struct TransformKey: Hashable {
  let profile: ProfileKey
  let space: ColorSpace
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
