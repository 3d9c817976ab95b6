internal import ImageCore

/// The colors of an image with few of them, and the color of each pixel.
struct PaletteImage: ~Copyable {
  /// Translucent colors first, then from dark to light.
  let palette: [UInt32]
  /// Bits per index: 1, 2, 4 or 8.
  let bitDepth: Int
  /// One byte per pixel, the number of its color by first appearance.
  private let numbers: Plane
  /// Per number, the index in the palette.
  private let indices: [UInt8]

  private static let maxColors = 256

  var size: PixelSize { numbers.size }

  /// Nil if the image has more than 256 colors, or more than 16 if it is gray: indices would then take as many bits as its pixels.
  /// - Parameter plane: of 8 bits.
  init?(_ plane: borrowing Plane, from pool: BufferPool) throws(CodecError) {
    let maxColors = plane.channels == 1 ? 16 : PaletteImage.maxColors
    let size = plane.size
    let numbers = try allocating { () throws(OutOfMemory) in try Plane(size: size, channels: 1, from: pool) }
    var colors = ColorNumbers(maximum: maxColors)
    for y in pool.rows(of: plane) {
      let row = unsafe PixelRow(plane, y)
      // SAFETY: one byte is written per pixel of a row of the same width.
      let target = unsafe numbers.row(y).assumingMemoryBound(to: UInt8.self)
      var (previous, number) = (~row[0], UInt8(0))
      for x in 0..<plane.size.width {
        let color = row[x]
        if color != previous {
          guard let found = colors.number(of: color) else { return nil }
          (previous, number) = (color, found)
        }
        unsafe target[x] = number
      }
    }
    try pool.limit.check()
    let sorted = colors.colors.sorted { PaletteImage.sortKey($0) < PaletteImage.sortKey($1) }
    var indices = [UInt8](repeating: 0, count: sorted.count)
    for (index, color) in sorted.enumerated() { indices[Int(colors.number(of: color) ?? 0)] = UInt8(index) }
    self.numbers = numbers
    self.indices = indices
    palette = sorted
    bitDepth = sorted.count > 16 ? 8 : sorted.count > 4 ? 4 : sorted.count > 2 ? 2 : 1
  }

  /// The indices, from the highest bits of each byte to the lowest (PNG specification, third edition, 7.2).
  func packed(from pool: BufferPool) throws(CodecError) -> Plane {
    let perByte = 8 / bitDepth
    let size = PixelSize(width: (numbers.size.width + perByte - 1) / perByte, height: numbers.size.height)
    let result = try allocating { () throws(OutOfMemory) in try Plane(size: size, channels: 1, from: pool) }
    for y in pool.rows(of: result) {
      // SAFETY: a byte is written for each `perByte` pixels of a row, and the last one for the rest.
      let from = unsafe numbers.row(y).assumingMemoryBound(to: UInt8.self)
      let to = unsafe result.row(y).assumingMemoryBound(to: UInt8.self)
      for byte in 0..<size.width {
        var value: UInt8 = 0
        for x in byte * perByte..<(byte + 1) * perByte {
          let index = x < numbers.size.width ? unsafe indices[Int(from[x])] : 0
          value = value << UInt8(bitDepth & 7) | index
        }
        unsafe to[byte] = value
      }
    }
    try pool.limit.check()
    return result
  }

  private static func sortKey(_ color: UInt32) -> UInt64 {
    let (red, green, blue) = (color & 255, color >> 8 & 255, color >> 16 & 255)
    return UInt64(color >> 24) << 48 | UInt64(2 * red + 5 * green + blue) << 32 | UInt64(color)
  }
}

/// Numbers colors in the order of their first appearance.
private struct ColorNumbers {
  private(set) var colors: [UInt32] = []
  private let maximum: Int
  /// Per slot, one more than the number of the color there; 0 for none. Four times as many as colors, so that most are found in
  /// the first slot.
  private var slots = [UInt16](repeating: 0, count: 1024)

  init(maximum: Int) { self.maximum = maximum }

  /// Nil if the color is new and there is no number left.
  mutating func number(of color: UInt32) -> UInt8? {
    var slot = Int((color &* 0x9E37_79B1) >> 22)
    while slots[slot] > 0 {
      let number = Int(slots[slot]) - 1
      if colors[number] == color { return UInt8(number) }
      slot = (slot + 1) & 1023
    }
    guard colors.count < maximum else { return nil }
    colors.append(color)
    slots[slot] = UInt16(colors.count)
    return UInt8(colors.count - 1)
  }
}
