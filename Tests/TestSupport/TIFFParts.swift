/// Builds TIFF files of one image without compression (TIFF 6.0).
package struct TIFFParts {
  package var width: Int
  package var height: Int
  package var isBigEndian = false
  /// 8 or 16.
  package var bits = 8
  /// 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 CMYK.
  package var photometric = 2
  /// In the order of the file: for each pixel its samples.
  package var samples: [Int] = []
  package var samplesPerPixel = 3
  package var orientation = 1
  /// 1 associated alpha, 2 unassociated alpha; nil without extra samples.
  package var extraSample: Int?
  /// Width and height of tiles; nil for one strip.
  package var tile: (width: Int, height: Int)?
  /// Further directories with the same pixels.
  package var furtherPages = 0

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  private func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
    let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return isBigEndian ? bytes.reversed() : bytes
  }

  private func sampleBytes(_ index: Int) -> [UInt8] { number(samples[index], bits / 8) }

  /// The bytes of the strip, or of each tile, from left to right and from top to bottom. Tiles are padded with zeros.
  private var parts: [[UInt8]] {
    guard let tile else { return [samples.indices.flatMap(sampleBytes)] }
    let empty = [UInt8](repeating: 0, count: samplesPerPixel * bits / 8)
    return stride(from: 0, to: height, by: tile.height).flatMap { top in
      stride(from: 0, to: width, by: tile.width).map { left in
        (top..<top + tile.height).flatMap { y in
          (left..<left + tile.width).flatMap { x in
            guard x < width, y < height else { return empty }
            let first = (y * width + x) * samplesPerPixel
            return (first..<first + samplesPerPixel).flatMap(sampleBytes)
          }
        }
      }
    }
  }

  /// The whole file: the pixels, values that do not fit into entries, and the directories.
  package var bytes: [UInt8] {
    let header = (isBigEndian ? Array("MM".utf8) : Array("II".utf8)) + number(42, 2)
    var body: [UInt8] = []
    var offsets: [Int] = []
    let parts = parts
    for part in parts {
      offsets.append(8 + body.count)
      body += part
    }
    func outside(_ values: [Int], _ byteCount: Int) -> Int {
      if body.count % 2 == 1 { body.append(0) }
      defer { body += values.flatMap { number($0, byteCount) } }
      return 8 + body.count
    }
    let (short, long) = (3, 4)
    // Tag, type, values.
    var fields: [(Int, Int, [Int])] = [
      (256, long, [width]), (257, long, [height]),
      (258, short, [Int](repeating: bits, count: samplesPerPixel)), (259, short, [1]), (262, short, [photometric]),
    ]
    if tile == nil { fields.append((273, long, offsets)) }
    fields += [(274, short, [orientation]), (277, short, [samplesPerPixel])]
    if tile == nil { fields += [(278, long, [height]), (279, long, parts.map(\.count))] }
    fields.append((284, short, [1]))
    if let tile {
      fields += [
        (322, long, [tile.width]), (323, long, [tile.height]), (324, long, offsets), (325, long, parts.map(\.count)),
      ]
    }
    if let extraSample { fields.append((338, short, [extraSample])) }
    var entries: [UInt8] = []
    for (tag, type, values) in fields {
      let size = type == short ? 2 : 4
      let value =
        values.count * size <= 4
        ? values.flatMap { number($0, size) } + [UInt8](repeating: 0, count: 4 - values.count * size)
        : number(outside(values, size), 4)
      entries += number(tag, 2) + number(type, 2) + number(values.count, 4) + value
    }
    if body.count % 2 == 1 { body.append(0) }
    let first = 8 + body.count
    let directoryByteCount = 2 + entries.count + 4
    for page in 0...furtherPages {
      let next = page < furtherPages ? first + (page + 1) * directoryByteCount : 0
      body += number(fields.count, 2) + entries + number(next, 4)
    }
    return header + number(first, 4) + body
  }
}
