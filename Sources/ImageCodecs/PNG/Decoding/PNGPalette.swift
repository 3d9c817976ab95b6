internal import ImageCore

/// A palette prepared for lookup: RGB, or RGBA if the file has tRNS.
struct PNGPalette {
  /// 256 pixels of four bytes in memory order. The fourth byte is alpha, 255 for entries without tRNS.
  private let pixels: [UInt32]
  private let entries: Int
  private let channels: Int

  /// Nil unless the file has a palette whose pixels have `channels` samples.
  init?(_ chunks: PNGChunks, _ bytes: RawSpan, channels: Int) {
    guard let palette = chunks.palette, channels == (chunks.transparency == nil ? 3 : 4) else { return nil }
    entries = palette.count / 3
    self.channels = channels
    pixels = (0..<256).map { index in
      guard index * 3 < palette.count else { return 0 }
      let at = palette.lowerBound + index * 3
      var pixel = UInt32(bytes.byte(at)) | UInt32(bytes.byte(at + 1)) << 8 | UInt32(bytes.byte(at + 2)) << 16
      if let alphas = chunks.transparency, index < alphas.count {
        pixel |= UInt32(bytes.byte(alphas.lowerBound + index)) << 24
      } else {
        pixel |= 255 << 24
      }
      return UInt32(littleEndian: pixel)
    }
  }

  /// Writes `count` pixels and up to one more byte; false if an index is beyond the palette.
  func expand(_ indices: UnsafeRawPointer, to row: UnsafeMutableRawPointer, count: Int) -> Bool {
    var greatest: UInt8 = 0
    unsafe pixels.withUnsafeBufferPointer { pixels in
      // SAFETY: an index is a byte, and there are 256 pixels. The caller guarantees `count` indices and room for `count` pixels.
      for x in 0..<count {
        let index = unsafe indices.load(fromByteOffset: x, as: UInt8.self)
        greatest = max(greatest, index)
        let pixel = unsafe pixels[unchecked: Int(index)]
        unsafe row.storeBytes(of: pixel, toByteOffset: x * channels, as: UInt32.self)
      }
    }
    return greatest < entries
  }
}

extension UnsafeBufferPointer {
  /// - Precondition: `index` is in bounds.
  @inline(__always)
  fileprivate subscript(unchecked index: Int) -> Element { unsafe baseAddress.unsafelyUnwrapped[index] }
}
