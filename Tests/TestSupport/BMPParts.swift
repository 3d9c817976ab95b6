/// BMP files assembled by hand, with each version of the header.
package struct BMPParts {
  /// Bytes of the second header: 12, 16, 40, 52, 56, 64, 108 or 124.
  package var headerByteCount = 40
  package var width: Int
  /// Negative if the top row is first.
  package var height: Int
  package var bits = 24
  package var compression = 0
  /// Red, green, blue and alpha; written where the header or the compression has them.
  package var masks: [UInt32] = []
  /// Red, green and blue.
  package var colors: [[UInt8]] = []
  package var profile: [UInt8] = []
  /// The rows as they are in the file, or the runs.
  package var body: [UInt8] = []

  package init(_ width: Int, _ height: Int) {
    self.width = width
    self.height = height
  }

  /// Pads a row to whole words.
  package static func padded(_ row: [UInt8]) -> [UInt8] { row + [UInt8](repeating: 0, count: (4 - row.count % 4) % 4) }

  package var bytes: [UInt8] {
    let isCore = headerByteCount == 12
    let words: [[UInt8]] = masks.map { BMPParts.word(Int($0)) }
    let maskBytes = Array(words.joined())
    var header = BMPParts.word(headerByteCount)
    header += isCore ? BMPParts.half(width) + BMPParts.half(height) : BMPParts.word(width) + BMPParts.word(height)
    header += BMPParts.half(1) + BMPParts.half(bits)
    if !isCore {
      for field in [compression, body.count, 2835, 2835, colors.count, 0] { header += BMPParts.word(field) }
      if headerByteCount != 40, headerByteCount != 64 { header += maskBytes }
    }
    let after = headerByteCount == 40 && [3, 6].contains(compression) ? maskBytes : []
    var table: [UInt8] = []
    for color in colors {
      table += color.reversed()
      if !isCore { table.append(0) }
    }
    header = Array((header + [UInt8](repeating: 0, count: 124)).prefix(headerByteCount))
    let start = 14 + headerByteCount + after.count + table.count
    if headerByteCount == 124, !profile.isEmpty {
      header.replaceSubrange(56..<60, with: BMPParts.word(0x4D42_4544))
      header.replaceSubrange(112..<120, with: BMPParts.word(start - 14 + body.count) + BMPParts.word(profile.count))
    }
    var file = Array("BM".utf8)
    for field in [start + body.count + profile.count, 0, start] { file += BMPParts.word(field) }
    for part in [header, after, table, body, profile] { file += part }
    return file
  }

  private static func half(_ value: Int) -> [UInt8] { Array(word(value).prefix(2)) }

  private static func word(_ value: Int) -> [UInt8] {
    [0, 8, 16, 24].map { (shift: Int) in UInt8(truncatingIfNeeded: value >> shift) }
  }
}
