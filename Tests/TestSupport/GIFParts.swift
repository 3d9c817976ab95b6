/// GIF blocks assembled by hand, for files of all kinds.
package enum GIFParts {
  package static let trailer: [UInt8] = [0x3B]

  /// The start of a file: the logical screen, and its colors as red, green and blue.
  package static func start(_ width: Int, _ height: Int, colors: [[UInt8]] = [], version: String = "89a") -> [UInt8] {
    Array("GIF\(version)".utf8) + half(width) + half(height) + [flags(colors), 0, 0] + table(colors)
  }

  /// The graphic control extension of the next image.
  package static func control(transparent: UInt8? = nil) -> [UInt8] {
    [0x21, 0xF9, 4, transparent == nil ? 0 : 1, 0, 0, transparent ?? 0, 0]
  }

  /// An application extension.
  package static func application(_ name: String, _ body: [UInt8]) -> [UInt8] {
    [0x21, 0xFF, 11] + Array(name.utf8) + blocks(body)
  }

  /// An image at a position, with its own colors if there are any.
  /// - Parameters:
  ///   - indices: rows from the top.
  ///   - bits: bits of an index; the smallest code size is at least 2.
  package static func image(
    x: Int = 0, y: Int = 0, _ width: Int, _ height: Int, _ indices: [UInt8], bits: Int = 8, colors: [[UInt8]] = [],
    isInterlaced: Bool = false
  ) -> [UInt8] {
    descriptor(x: x, y: y, width, height, colors: colors, isInterlaced: isInterlaced)
      + data(isInterlaced ? interlaced(indices, width, height) : indices, codeSize: max(2, bits))
  }

  package static func descriptor(
    x: Int = 0, y: Int = 0, _ width: Int, _ height: Int, colors: [[UInt8]] = [], isInterlaced: Bool = false
  ) -> [UInt8] {
    [0x2C] + half(x) + half(y) + half(width) + half(height) + [flags(colors) | (isInterlaced ? 0x40 : 0)]
      + table(colors)
  }

  /// The code size, and compressed pixels.
  package static func data(_ indices: [UInt8], codeSize: Int) -> [UInt8] {
    [UInt8(codeSize)] + blocks(compressed(indices, codeSize: codeSize))
  }

  /// The bytes in blocks of at most 255, and the empty block at the end.
  package static func blocks(_ bytes: [UInt8]) -> [UInt8] {
    stride(from: 0, to: bytes.count, by: 255).flatMap { start in
      let block = bytes[start..<min(start + 255, bytes.count)]
      return [UInt8(block.count)] + block
    } + [0]
  }

  private static func compressed(_ indices: [UInt8], codeSize: Int) -> [UInt8] {
    let clear = 1 << codeSize
    var codes: [[UInt8]: Int] = [:]
    var codeBits = codeSize + 1
    var next = clear + 2
    var packer = BitPacker()
    packer.add(clear, codeBits)
    func code(_ text: [UInt8]) -> Int { text.count == 1 ? Int(text[0]) : codes[text] ?? 0 }
    var text: [UInt8] = []
    for index in indices {
      let longer = text + [index]
      if longer.count == 1 || codes[longer] != nil {
        text = longer
        continue
      }
      packer.add(code(text), codeBits)
      if next < 4096 {
        codes[longer] = next
        // The decoder adds each string one code later.
        if next == 1 << codeBits { codeBits += 1 }
        next += 1
      } else {
        packer.add(clear, codeBits)
        (codes, codeBits, next) = ([:], codeSize + 1, clear + 2)
      }
      text = [index]
    }
    if !text.isEmpty { packer.add(code(text), codeBits) }
    if next == 1 << codeBits, codeBits < 12 { codeBits += 1 }
    packer.add(clear + 1, codeBits)
    return packer.finished
  }

  /// The rows in the order of an interlaced file.
  private static func interlaced(_ indices: [UInt8], _ width: Int, _ height: Int) -> [UInt8] {
    [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { first, step in
      stride(from: first, to: height, by: step).flatMap { indices[$0 * width..<($0 + 1) * width] }
    }
  }

  private static func flags(_ colors: [[UInt8]]) -> UInt8 {
    colors.isEmpty ? 0 : 0x80 | UInt8((0...7).first { 2 << $0 >= colors.count } ?? 7)
  }

  private static func table(_ colors: [[UInt8]]) -> [UInt8] {
    let count = colors.isEmpty ? 0 : 2 << Int(flags(colors) & 7)
    return colors.flatMap { $0 } + [UInt8](repeating: 0, count: 3 * (count - colors.count))
  }

  private static func half(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
}

/// Packs codes, the lowest bit first.
private struct BitPacker {
  private var bytes: [UInt8] = []
  private var buffer = 0
  private var count = 0

  mutating func add(_ code: Int, _ bits: Int) {
    buffer |= code << count
    count += bits
    while count >= 8 {
      bytes.append(UInt8(buffer & 255))
      buffer >>= 8
      count -= 8
    }
  }

  var finished: [UInt8] { count > 0 ? bytes + [UInt8(buffer)] : bytes }
}
