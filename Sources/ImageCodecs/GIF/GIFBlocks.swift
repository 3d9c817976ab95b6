internal import ImageCore

/// The blocks of a GIF up to its first image, and what follows it (GIF89a specification; numbers of sections below).
///
/// Common faults are handled as in browsers: an image larger than its screen enlarges the screen, one without size fills it, and
/// bytes between blocks are skipped.
struct GIFBlocks {
  /// The logical screen: the canvas of the image.
  private(set) var screen = (width: 0, height: 0)
  private(set) var image: Image?
  /// Whether a second image follows.
  private(set) var isAnimated = false
  private(set) var hasTrailer = false
  /// The pieces of the profile, if there is one.
  private(set) var profile: [Range<Int>] = []
  private(set) var xmp: Range<Int>?

  struct Image {
    let x: Int
    let y: Int
    var width: Int
    var height: Int
    let isInterlaced: Bool
    /// Offset and number of its colors; nil if the file has none for it.
    let colors: (start: Int, count: Int)?
    let transparent: UInt8?
    /// Offset of the smallest code size, which precedes the compressed pixels.
    let data: Int
  }

  private static let headerByteCount = 13
  private static let descriptorByteCount = 10

  init(_ bytes: RawSpan) {
    guard bytes.byteCount >= GIFBlocks.headerByteCount else { return }
    screen = (Int(bytes.littleEndian(6, UInt16.self)), Int(bytes.littleEndian(8, UInt16.self)))
    let global = GIFBlocks.colors(bytes.byte(10), at: GIFBlocks.headerByteCount)
    read(bytes, from: GIFBlocks.headerByteCount + 3 * (global?.count ?? 0), global)
    placeImage()
  }

  /// 18 and 20: the flag of a color table and its size have the same bits in both descriptors.
  private static func colors(_ flags: UInt8, at offset: Int) -> (start: Int, count: Int)? {
    flags & 0x80 == 0 ? nil : (offset, 2 << Int(flags & 7))
  }

  private mutating func read(_ bytes: RawSpan, from start: Int, _ global: (start: Int, count: Int)?) {
    var offset = start
    var transparent: UInt8?
    while offset < bytes.byteCount {
      switch bytes.byte(offset) {
      case 0x21: offset = readExtension(bytes, at: offset, &transparent)
      case 0x2C:
        if image != nil {
          isAnimated = true
          return
        }
        guard offset + GIFBlocks.descriptorByteCount < bytes.byteCount else { return }
        let flags = bytes.byte(offset + 9)
        let own = GIFBlocks.colors(flags, at: offset + GIFBlocks.descriptorByteCount)
        let data = offset + GIFBlocks.descriptorByteCount + 3 * (own?.count ?? 0)
        func half(_ position: Int) -> Int { Int(bytes.littleEndian(offset + position, UInt16.self)) }
        image = Image(
          x: half(1), y: half(3), width: half(5), height: half(7), isInterlaced: flags & 0x40 != 0,
          colors: own ?? global, transparent: transparent, data: data)
        offset = GIFBlocks.end(ofSubBlocks: bytes, at: data + 1)
      case 0x3B where image != nil:
        hasTrailer = true
        return
      default: offset += 1
      }
    }
  }

  /// - Returns: the offset of the next block.
  private mutating func readExtension(_ bytes: RawSpan, at offset: Int, _ transparent: inout UInt8?) -> Int {
    let end = GIFBlocks.end(ofSubBlocks: bytes, at: offset + 2)
    guard image == nil, offset + 3 <= bytes.byteCount else { return end }
    let (label, length, body) = (bytes.byte(offset + 1), Int(bytes.byte(offset + 2)), offset + 3)
    guard body + length <= bytes.byteCount else { return end }
    if label == 0xF9, length >= 4 {
      // 23: the graphic control extension of the next image.
      transparent = bytes.byte(body) & 1 == 0 ? nil : bytes.byte(body + 3)
    } else if label == 0xFF, length == 11 {
      // 26: an application extension, whose name and code have 11 letters.
      if bytes.holds("ICCRGBG1012", at: body), profile.isEmpty {
        profile = GIFBlocks.subBlocks(bytes, at: body + length)
      } else if bytes.holds("XMP DataXMP", at: body), xmp == nil {
        // XMP is not divided into blocks. The 258 bytes after it lead to the end from any of its bytes (XMP, part 3, 1.1.2).
        let packet = body + length..<max(body + length, end - 258)
        if !packet.isEmpty, end <= bytes.byteCount, bytes.byte(packet.upperBound) == 1 { xmp = packet }
      }
    }
    return end
  }

  /// 15: the contents of blocks that each have their length before them.
  private static func subBlocks(_ bytes: RawSpan, at start: Int) -> [Range<Int>] {
    var (offset, result) = (start, [Range<Int>]())
    while offset < bytes.byteCount, bytes.byte(offset) > 0 {
      let end = offset + 1 + Int(bytes.byte(offset))
      guard end <= bytes.byteCount else { break }
      result.append(offset + 1..<end)
      offset = end
    }
    return result
  }

  /// The offset after the block without contents that ends others; beyond the bytes if there is none.
  private static func end(ofSubBlocks bytes: RawSpan, at start: Int) -> Int {
    var offset = start
    while offset < bytes.byteCount {
      let length = Int(bytes.byte(offset))
      offset += 1 + length
      if length == 0 { return offset }
    }
    return max(offset, bytes.byteCount)
  }

  private mutating func placeImage() {
    guard var placed = image else { return }
    if placed.width == 0 || placed.height == 0 { (placed.width, placed.height) = screen }
    screen = (max(screen.width, placed.x + placed.width), max(screen.height, placed.y + placed.height))
    image = placed
  }
}
