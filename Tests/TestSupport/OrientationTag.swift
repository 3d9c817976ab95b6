/// EXIF data with an orientation and no other field.
package enum OrientationTag {
  /// A big-endian TIFF header and a directory with one entry.
  package static func tiff(_ orientation: Int) -> [UInt8] {
    Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0, 0, 0, 0, 0]
  }

  /// A JPEG with these data in an APP1 segment after SOI.
  package static func added(_ orientation: Int, to jpeg: [UInt8]) -> [UInt8] {
    let body = Array("Exif".utf8) + [0, 0] + tiff(orientation)
    return jpeg.prefix(2) + [0xFF, 0xE1, 0, UInt8(2 + body.count)] + body + jpeg.dropFirst(2)
  }
}
