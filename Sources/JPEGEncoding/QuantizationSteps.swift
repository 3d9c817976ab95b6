/// The quantization steps of a quality, 1...100 on libjpeg's scale (jpeg_set_quality of jcparam.c, for baseline files).
package struct QuantizationSteps: Hashable, Sendable {
  /// In zigzag order: luma, then chroma. Each is 1...255.
  package let tables: [[UInt8]]

  package init(quality: Int) {
    let scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
    tables = [QuantizationSteps.luma, QuantizationSteps.chroma].map { table in
      table.map { UInt8(min(max((Int($0) * scale + 50) / 100, 1), 255)) }
    }
  }

  /// ITU-T T.81, tables K.1 and K.2.
  private static let luma: [UInt8] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121,
    112, 100, 120, 92, 101, 103, 99,
  ]
  private static let chroma: [UInt8] =
    [17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66] + Array(repeating: 99, count: 50)
}
