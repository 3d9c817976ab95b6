/// The data color space of an ICC profile (ICC.1:2022, 7.2.6): the kind of pixels that the profile describes.
package enum ProfileSpace: Sendable {
  case gray, rgb, cmyk
  /// A space that no image has here, such as Lab or six inks.
  case other

  /// Nil if there are fewer bytes than in a profile's header.
  package init?(profile: [UInt8]) {
    guard profile.count >= 128 else { return nil }
    switch profile[16..<20] {
    case [0x47, 0x52, 0x41, 0x59]: self = .gray  // "GRAY"
    case [0x52, 0x47, 0x42, 0x20]: self = .rgb  // "RGB "
    case [0x43, 0x4D, 0x59, 0x4B]: self = .cmyk  // "CMYK"
    default: self = .other
    }
  }
}
