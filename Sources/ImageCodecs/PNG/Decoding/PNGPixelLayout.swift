/// The contents of IHDR that determine the layout of the pixel data.
package struct PNGPixelLayout: Equatable, Sendable {
  /// In pixels, 1...2^31 - 1 each.
  package let width: Int
  package let height: Int
  /// Bits per sample in the file.
  package let bits: Int
  /// 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGBA.
  package let colorType: Int
  package let isInterlaced: Bool

  package init(width: Int, height: Int, bits: Int, colorType: Int, isInterlaced: Bool) {
    self.width = width
    self.height = height
    self.bits = bits
    self.colorType = colorType
    self.isInterlaced = isInterlaced
  }

  /// Samples per pixel in the file.
  var samples: Int {
    switch colorType {
    case 2: 3
    case 4: 2
    case 6: 4
    default: 1
    }
  }

  /// Bytes of one row in the file without its filter byte, for 8 and 16 bits.
  var fileRowBytes: Int { width * samples * (bits / 8) }

  /// Bytes of all rows with their filter bytes; nil if they exceed 2^62.
  var inflatedBytes: Int? {
    let (total, overflow) = (fileRowBytes + 1).multipliedReportingOverflow(by: height)
    return overflow || total > 1 << 62 ? nil : total
  }
}
