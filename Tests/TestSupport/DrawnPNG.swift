/// A PNG of a pattern with chosen transparency, in 8 or 16 bits, from gray, gray with alpha, RGB or RGB with alpha.
package enum DrawnPNG {
  /// Which pixels are not opaque.
  package enum Transparency: Sendable {
    case none
    /// The right half, in steps.
    case half
    /// One pixel in the middle, just below opaque: no reduced image shows it.
    case faint
    /// The left tenth.
    case edge
  }

  /// - Parameter color: the color type of PNG: 0, 2, 4 or 6.
  package static func bytes(
    width: Int, height: Int, color: Int, bits: Int = 8, _ transparency: Transparency = .none,
    unused transparent: Bool = false
  ) -> [UInt8] {
    let channels = [0: 1, 2: 3, 4: 2, 6: 4][color] ?? 1
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)
      for x in 0..<width {
        for channel in 0..<channels {
          let isAlpha = channels % 2 == 0 && channel == channels - 1
          let value = isAlpha ? alpha(x, y, width, height, transparency) : UInt8((x * (channel + 3) + y * 5) % 200 + 20)
          rows += [UInt8](repeating: value, count: bits / 8)
        }
      }
    }
    // A transparent color that no pixel has: the file has alpha, and all of it is opaque.
    let clear =
      transparent ? PNGParts.chunk("tRNS", [UInt8](repeating: 0, count: 2 * (color == 2 ? 3 : 1))) : []
    return PNGParts.signature + PNGParts.header(width: width, height: height, bits: bits, colorType: color) + clear
      + PNGParts.data(rows) + PNGParts.end
  }

  private static func alpha(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ transparency: Transparency) -> UInt8 {
    switch transparency {
    case .none: 255
    case .half: x < width / 2 ? 255 : UInt8(y % 256)
    case .faint: x == width / 2 && y == height / 2 ? 254 : 255
    case .edge: x < width / 10 ? 0 : 255
    }
  }
}
