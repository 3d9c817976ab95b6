internal import Synchronization

/// The transforms of a run. The first worker that needs a profile creates its transform. For inks this takes tens of
/// milliseconds, and only the workers that need the same transform wait for it.
package final class ColorTransforms: Sendable {
  private let transforms: MadeOnce<TransformKey, ColorTransform>
  private let grayProfiles: MadeOnce<ProfileKey, [UInt8]>

  /// Upper limit of the cache, even if there is enough memory: about 50 transforms of usual profiles.
  private static let maxByteCount = 64 << 20
  /// Lower limit of the cache, however little memory there is: a few transforms of usual profiles.
  private static let minByteCount = 4 << 20

  /// - Parameter byteLimit: the maximum memory for all transforms and profiles between images. It is clamped to 4 MiB...64 MiB.
  package init(byteLimit: Int = .max) {
    let half = min(max(byteLimit, ColorTransforms.minByteCount), ColorTransforms.maxByteCount) / 2
    transforms = MadeOnce(byteLimit: half)
    grayProfiles = MadeOnce(byteLimit: half)
  }

  /// The transform to sRGB; nil if the profile is broken, of another space, or larger in some part than any ordinary profile.
  package func toSRGB(_ profile: [UInt8], _ space: ColorSpace, hasAlpha: Bool) -> ColorTransform? {
    let key = TransformKey(profile: ProfileKey(profile), space: space, hasAlpha: hasAlpha)
    return transforms.value(key, byteCount: ColorTransform.byteCount(profileByteCount: profile.count)) {
      ColorTransform(profile: profile, space, hasAlpha: hasAlpha)
    }
  }

  /// The gray profile of an image whose gray means equal red, green and blue of an RGB profile; nil if that profile is broken.
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

/// A profile with its hash, which is computed before any lock is taken, because profiles have up to 16 MB.
struct ProfileKey: Hashable {
  private let hash: Int
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    hash = bytes.hashValue
    self.bytes = bytes
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
