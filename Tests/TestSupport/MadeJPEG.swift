import Foundation

/// A JPEG with any sampling factors and any padding. Its padding can contain further image content, as if an encoder had coded a
/// larger image and the sides in the frame header were reduced.
///
/// Quantization steps are 1 and all Huffman codes have one length. So the file is large, and its samples differ from the
/// requested ones by one or two at most.
package struct MadeJPEG {
  package var width: Int
  package var height: Int
  /// Horizontal and vertical sampling factors of one or three components.
  package var factors: [(across: Int, down: Int)]
  package var isProgressive = false
  /// The number of MCUs between restart markers; 0 for none. Only for sequential files.
  package var restartInterval = 0
  /// The samples of a component, 0...255, at pixels of the image and in the padding up to whole blocks.
  package let sample: (_ component: Int, _ x: Int, _ y: Int) -> Int

  private var maxAcross: Int { factors.map(\.across).max() ?? 1 }
  private var maxDown: Int { factors.map(\.down).max() ?? 1 }

  package init(
    _ width: Int, _ height: Int, factors: [(across: Int, down: Int)],
    sample: @escaping (_ component: Int, _ x: Int, _ y: Int) -> Int
  ) {
    (self.width, self.height) = (width, height)
    self.factors = factors.count == 1 ? [(1, 1)] : factors
    self.sample = sample
  }

  /// Common chroma subsamplings by name, some unusual ones, and gray.
  package static let samplings: [(name: String, factors: [(across: Int, down: Int)])] = [
    ("gray", [(1, 1)]), ("444", [(1, 1), (1, 1), (1, 1)]), ("422", [(2, 1), (1, 1), (1, 1)]),
    ("420", [(2, 2), (1, 1), (1, 1)]), ("440", [(1, 2), (1, 1), (1, 1)]), ("411", [(4, 1), (1, 1), (1, 1)]),
    ("410", [(4, 2), (1, 1), (1, 1)]), ("441", [(1, 4), (1, 1), (1, 1)]),
    ("Cb and Cr unlike", [(2, 2), (1, 2), (2, 1)]), ("chroma of 2x2 in 2x2", [(2, 2), (2, 2), (1, 1)]),
    ("3x1", [(3, 1), (1, 1), (1, 1)]), ("luma halved", [(1, 1), (2, 1), (2, 1)]),
  ]

  package func bytes() -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xD8]
    func segment(_ marker: UInt8, _ body: [UInt8]) {
      bytes += [0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
    }
    func sides(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
    segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
    segment(
      isProgressive ? 0xC2 : 0xC0,
      [8] + sides(height) + sides(width) + [UInt8(factors.count)]
        + factors.indices.flatMap { [UInt8($0 + 1), UInt8(factors[$0].across << 4 | factors[$0].down), 0] })
    // 12 codes of 4 bits, and 162 of 8 bits.
    segment(0xC4, [0x00, 0, 0, 0, 12] + [UInt8](repeating: 0, count: 12) + (0...11))
    segment(0xC4, [0x10, 0, 0, 0, 0, 0, 0, 0, 162] + [UInt8](repeating: 0, count: 8) + MadeJPEG.symbols)
    if restartInterval > 0 { segment(0xDD, sides(restartInterval)) }
    let blocks = factors.indices.map(coefficients(of:))
    let all = Array(factors.indices)
    func scan(_ components: [Int], _ spectrum: ClosedRange<Int>) {
      segment(
        0xDA,
        [UInt8(components.count)] + components.flatMap { [UInt8($0 + 1), 0] }
          + [UInt8(spectrum.lowerBound), UInt8(spectrum.upperBound), 0])
      bytes += coded(components, spectrum, blocks)
    }
    if isProgressive {
      scan(all, 0...0)
      for component in all { scan([component], 1...63) }
    } else {
      scan(all, 0...63)
    }
    return bytes + [0xFF, 0xD9]
  }

  // MARK: - Blocks

  private var mcuColumns: Int { (width + 8 * maxAcross - 1) / (8 * maxAcross) }
  private var mcuRows: Int { (height + 8 * maxDown - 1) / (8 * maxDown) }

  /// The coefficients of all blocks of all MCUs, row by row.
  private func coefficients(of component: Int) -> [[Int]] {
    let (across, down) = factors[component]
    let (columns, rows) = (mcuColumns * across, mcuRows * down)
    // The pixels of a sample; for factors such as 2 of 3, the nearest.
    func pixels(_ sample: Int, _ maximum: Int, _ own: Int) -> Range<Int> {
      let first = sample * maximum / own
      return first..<first + max(1, maximum / own)
    }
    return (0..<rows * columns).map { block in
      var samples = [Double](repeating: 0, count: 64)
      for y in 0..<8 {
        for x in 0..<8 {
          let xs = pixels(block % columns * 8 + x, maxAcross, across)
          let ys = pixels(block / columns * 8 + y, maxDown, down)
          var sum = 0
          for py in ys { for px in xs { sum += sample(component, px, py) } }
          samples[8 * y + x] = Double(sum) / Double(xs.count * ys.count) - 128
        }
      }
      return MadeJPEG.transformed(samples)
    }
  }

  /// The forward DCT (ITU-T T.81, A.3.3), rounded, in zigzag order.
  private static func transformed(_ samples: [Double]) -> [Int] {
    var rows = [Double](repeating: 0, count: 64)
    for y in 0..<8 {
      for u in 0..<8 {
        var sum = 0.0
        for x in 0..<8 { sum += samples[8 * y + x] * basis[8 * u + x] }
        rows[8 * y + u] = sum
      }
    }
    return zigzag.map { position in
      let (v, u) = (position / 8, position % 8)
      var sum = 0.0
      for y in 0..<8 { sum += rows[8 * y + u] * basis[8 * v + y] }
      return Int(sum.rounded())
    }
  }

  private static let basis: [Double] = (0..<64).map { index in
    let (u, x) = (index / 8, index % 8)
    return (u == 0 ? sqrt(0.125) : 0.5) * cos(Double(2 * x + 1) * Double(u) * .pi / 16)
  }

  private static let zigzag: [Int] = (0..<15).flatMap { sum in
    let diagonal = (0...sum).filter { $0 < 8 && sum - $0 < 8 }
    return (sum % 2 == 0 ? diagonal.reversed() : diagonal).map { 8 * $0 + sum - $0 }
  }

  // MARK: - Codes

  /// The symbols: end of block, a run of sixteen zeros, and each run of up to 15 with each size of up to 10 bits.
  private static let symbols: [UInt8] =
    [0x00, 0xF0] + (0...15).flatMap { run in (1...10).map { UInt8(run << 4 | $0) } }
  private static let codes: [UInt8: Int] = Dictionary(
    uniqueKeysWithValues: symbols.enumerated().map { ($1, $0) })

  private struct Bits {
    var bytes: [UInt8] = []
    var held = 0
    var count = 0

    mutating func put(_ value: Int, _ length: Int) {
      for bit in stride(from: length - 1, through: 0, by: -1) {
        held = held << 1 | (value >> bit & 1)
        count += 1
        guard count == 8 else { continue }
        bytes.append(UInt8(held))
        if held == 255 { bytes.append(0) }
        (held, count) = (0, 0)
      }
    }

    /// The additional bits of a value (ITU-T T.81, F.1.2.1).
    mutating func put(signed value: Int, _ size: Int) { put(value < 0 ? value + 1 << size - 1 : value, size) }

    mutating func fill() { while count > 0 { put(1, 1) } }
  }

  private func coded(_ components: [Int], _ spectrum: ClosedRange<Int>, _ blocks: [[[Int]]]) -> [UInt8] {
    var bits = Bits()
    var predictions = [0, 0, 0]
    func put(_ component: Int, _ row: Int, _ column: Int) {
      let block = blocks[component][row * mcuColumns * factors[component].across + column]
      if spectrum.lowerBound == 0 {
        let difference = block[0] - predictions[component]
        predictions[component] = block[0]
        let size = MadeJPEG.size(difference)
        bits.put(size, 4)
        bits.put(signed: difference, size)
      }
      guard spectrum.upperBound > 0 else { return }
      var run = 0
      for value in block[1...] {
        if value == 0 {
          run += 1
          continue
        }
        while run > 15 {
          bits.put(MadeJPEG.codes[0xF0] ?? 0, 8)
          run -= 16
        }
        let size = MadeJPEG.size(value)
        bits.put(MadeJPEG.codes[UInt8(run << 4 | size)] ?? 0, 8)
        bits.put(signed: value, size)
        run = 0
      }
      if run > 0 { bits.put(MadeJPEG.codes[0x00] ?? 0, 8) }
    }
    if components.count == 1 {
      // A scan of one component contains only the blocks that the component needs.
      let (across, down) = factors[components[0]]
      let columns = ((width * across + maxAcross - 1) / maxAcross + 7) / 8
      let rows = ((height * down + maxDown - 1) / maxDown + 7) / 8
      for row in 0..<rows {
        for column in 0..<columns {
          restart(&bits, &predictions, row * columns + column)
          put(components[0], row, column)
        }
      }
    } else {
      for mcu in 0..<mcuRows * mcuColumns {
        restart(&bits, &predictions, mcu)
        for component in components {
          let (across, down) = factors[component]
          for position in 0..<across * down {
            put(component, mcu / mcuColumns * down + position / across, mcu % mcuColumns * across + position % across)
          }
        }
      }
    }
    bits.fill()
    return bits.bytes
  }

  private func restart(_ bits: inout Bits, _ predictions: inout [Int], _ mcu: Int) {
    guard restartInterval > 0, mcu > 0, mcu % restartInterval == 0 else { return }
    bits.fill()
    bits.bytes += [0xFF, 0xD0 + UInt8((mcu / restartInterval - 1) % 8)]
    predictions = [0, 0, 0]
  }

  private static func size(_ value: Int) -> Int { Int.bitWidth - abs(value).leadingZeroBitCount }
}
