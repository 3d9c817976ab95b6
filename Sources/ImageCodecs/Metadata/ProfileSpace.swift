/// The data color space of an ICC profile (ICC.1:2022, 7.2.6): the kind of pixels that it is for.
package enum ProfileSpace: Sendable {
  case gray, rgb, cmyk
  /// One that no image here can have: Lab, six inks and the like.
  case other

  /// Nil where the bytes are fewer than a profile's header.
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
