internal import Synchronization

/// The transforms of a run, each made once, by whichever worker meets its profile first. Making one of inks takes some
/// tens of milliseconds.
package final class ColourTransforms: Sendable {
  private struct Key: Hashable {
    let profile: [UInt8]
    let space: ColourSpace
    let hasAlpha: Bool
  }

  private let known = Mutex<[Key: ColourTransform?]>([:])
  private let grayProfiles = Mutex<[[UInt8]: [UInt8]?]>([:])

  /// Cameras and editors use a handful of profiles; a run that meets more forgets.
  private static let mostKnown = 64

  package init() {}

  /// To sRGB; nil where the profile is broken or of another space.
  package func toSRGB(_ profile: [UInt8], _ space: ColourSpace, hasAlpha: Bool) -> ColourTransform? {
    let key = Key(profile: profile, space: space, hasAlpha: hasAlpha)
    return known.withLock { known in
      if let found = known[key] { return found }
      if known.count == ColourTransforms.mostKnown { known.removeAll() }
      let made = ColourTransform(profile: profile, space, hasAlpha: hasAlpha)
      known[key] = .some(made)
      return made
    }
  }

  /// The profile of a gray image whose gray stands for equal red, green and blue of an RGB profile; nil where that is
  /// broken.
  package func grayProfile(ofRGB profile: [UInt8]) -> [UInt8]? {
    grayProfiles.withLock { known in
      if let found = known[profile] { return found }
      if known.count == ColourTransforms.mostKnown { known.removeAll() }
      let made = Colour.grayProfile(ofRGB: profile)
      known[profile] = .some(made)
      return made
    }
  }
}
