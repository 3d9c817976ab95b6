internal import ImageCore

/// Decodes the runs of a BMP with 4 or 8 bits per pixel (RLE4, RLE8), from the bottom row to the top. Pixels that the runs leave
/// out have the index 0.
struct BMPRunLengths {
  private let width: Int
  private let height: Int
  private let hasNibbles: Bool
  private var x = 0
  /// From the bottom.
  private var row = 0

  enum Ending {
    case complete
    case truncated
    case late
  }

  init(_ header: BMPHeader) {
    (width, height) = (header.size.width, header.size.height)
    hasNibbles = header.bits == 4
  }

  /// - Parameters:
  ///   - runs: the rest of the file from the first run on.
  ///   - pixels: indices 0 for the whole image, from the top.
  mutating func decode(_ runs: RawSpan, into pixels: inout MutableRawSpan, _ limit: TimeLimit) -> Ending {
    var limit = limit
    var offset = 0
    while row < height {
      guard offset + 2 <= runs.byteCount else { return isDone ? .complete : .truncated }
      let (count, value) = (Int(runs.byte(offset)), runs.byte(offset + 1))
      offset += 2
      if limit.isOver(before: max(count, Int(value))) { return .late }
      switch (count, value) {
      case (0, 0): (x, row) = (0, row + 1)
      case (0, 1): return .complete
      case (0, 2):
        guard offset + 2 <= runs.byteCount else { return .truncated }
        x += Int(runs.byte(offset))
        row += Int(runs.byte(offset + 1))
        offset += 2
      case (0, _):
        // Single pixels, padded to an even number of bytes.
        let byteCount = hasNibbles ? (Int(value) + 1) / 2 : Int(value)
        let present = min(byteCount, runs.byteCount - offset)
        copy(runs.extracting(offset..<offset + present), min(Int(value), hasNibbles ? 2 * present : present), &pixels)
        guard present == byteCount else { return .truncated }
        offset += (byteCount + 1) & ~1
      case (_, _): repeated(value, count, &pixels)
      }
    }
    return .complete
  }

  /// Whether no pixel follows the current position. Some writers omit the end of the last row and of the image.
  private var isDone: Bool { row >= height || (row == height - 1 && x >= width) }

  /// The range of the next pixels in the image. Pixels beyond the end of the row are dropped.
  private mutating func next(_ count: Int) -> Range<Int> {
    let start = (height - 1 - row) * width
    let range = min(x, width)..<min(x + count, width)
    x += count
    return start + range.lowerBound..<start + range.upperBound
  }

  private mutating func repeated(_ value: UInt8, _ count: Int, _ pixels: inout MutableRawSpan) {
    let (even, odd) = hasNibbles ? (value >> 4, value & 15) : (value, value)
    var isOdd = false
    for index in next(count) {
      pixels.storeBytes(of: isOdd ? odd : even, toByteOffset: index, as: UInt8.self)
      isOdd.toggle()
    }
  }

  private mutating func copy(_ bytes: RawSpan, _ count: Int, _ pixels: inout MutableRawSpan) {
    let range = next(count)
    for index in range {
      let position = index - range.lowerBound
      let byte = bytes.byte(hasNibbles ? position / 2 : position)
      let value = !hasNibbles ? byte : position % 2 == 0 ? byte >> 4 : byte & 15
      pixels.storeBytes(of: value, toByteOffset: index, as: UInt8.self)
    }
  }
}
