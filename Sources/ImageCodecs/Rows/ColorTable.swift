internal import ImageCore

/// The colors of a GIF or BMP whose pixels are indices. Indices beyond its colors are opaque black, as in browsers.
struct ColorTable {
  /// RGBA in memory order.
  private var colors = [UInt32](repeating: UInt32(littleEndian: 0xFF00_0000), count: 256)

  /// - Parameters:
  ///   - count: number of colors in the bytes; those after the first 256 are ignored.
  ///   - stride: bytes from one color to the next.
  ///   - isBGR: whether blue is first.
  init(_ bytes: RawSpan, count: Int, stride: Int = 3, isBGR: Bool) {
    for index in 0..<min(count, 256) {
      let (first, green, last) = (
        UInt32(bytes.byte(index * stride)), UInt32(bytes.byte(index * stride + 1)),
        UInt32(bytes.byte(index * stride + 2))
      )
      let (red, blue) = isBGR ? (last, first) : (first, last)
      colors[index] = UInt32(littleEndian: 0xFF00_0000 | blue << 16 | green << 8 | red)
    }
  }

  /// Makes a color transparent.
  mutating func clear(_ index: UInt8) { colors[Int(index)] = 0 }

  /// Writes the colors of some indices as pixels.
  /// - Parameters:
  ///   - channels: 3, or 4 with alpha.
  ///   - offset: of the first pixel in the row, in bytes.
  func expand(_ indices: RawSpan, to row: inout MutableRawSpan, at offset: Int, channels: Int) {
    guard indices.byteCount > 0 else { return }
    let colors = colors.span
    var target = offset
    // Four bytes are stored for three. The last pixel is stored by itself, because the row may end after it.
    for x in 0..<indices.byteCount - 1 {
      row.storeBytes(of: colors[Int(indices.byte(x))], toByteOffset: target, as: UInt32.self)
      target += channels
    }
    var last = UInt32(littleEndian: colors[Int(indices.byte(indices.byteCount - 1))])
    for channel in 0..<channels {
      row.storeBytes(of: UInt8(truncatingIfNeeded: last), toByteOffset: target + channel, as: UInt8.self)
      last >>= 8
    }
  }
}
