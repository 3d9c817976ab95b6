/// A sequential JPEG of 8x8 pixels in one color, encoded by hand.
package enum FlatJPEG {
  /// - Parameters:
  ///   - samples: one stored value per component, 0...255.
  ///   - adobe: the transform of the Adobe marker; nil for no marker.
  ///   - segments: complete segments to insert after SOI.
  package static func bytes(_ samples: [Int], adobe: UInt8? = nil, segments: [UInt8] = []) -> [UInt8] {
    let count = UInt8(samples.count)
    var file: [UInt8] = [0xFF, 0xD8] + segments
    if let adobe { file += [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, adobe] }
    // With a quantization step of 8, the DC value is the sample minus 128.
    file += [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 8, count: 64)
    file += [0xFF, 0xC0, 0, 8 + 3 * count, 8, 0, 8, 0, 8, count]
    for id in 1...count { file += [id, 0x11, 0] }
    // DC: nine codes of four bits, for sizes 0...8. AC: one code of one bit, the end of block.
    file += [0xFF, 0xC4, 0, 28, 0x00, 0, 0, 0, 9] + [UInt8](repeating: 0, count: 12) + Array(0...8)
    file += [0xFF, 0xC4, 0, 20, 0x10, 1] + [UInt8](repeating: 0, count: 15) + [0]
    file += [0xFF, 0xDA, 0, 6 + 2 * count, count]
    for id in 1...count { file += [id, 0] }
    file += [0, 63, 0]
    var bits = ""
    for sample in samples {
      let dc = sample - 128
      let size = Int.bitWidth - abs(dc).leadingZeroBitCount
      bits += digits(size, 4) + digits(dc < 0 ? dc + 1 << size - 1 : dc, size) + "0"
    }
    bits += String(repeating: "1", count: (8 - bits.count % 8) % 8)
    var rest = bits[...]
    while !rest.isEmpty {
      let byte = UInt8(rest.prefix(8), radix: 2) ?? 0
      file += byte == 0xFF ? [0xFF, 0] : [byte]
      rest = rest.dropFirst(8)
    }
    return file + [0xFF, 0xD9]
  }

  private static func digits(_ value: Int, _ count: Int) -> String {
    (0..<count).reversed().map { value >> $0 & 1 == 1 ? "1" : "0" }.joined()
  }
}
