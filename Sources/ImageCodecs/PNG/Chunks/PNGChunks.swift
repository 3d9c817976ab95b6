internal import ImageCore

/// The positions of the parts of a sound PNG. This reader is stricter than libpng: it also rejects what libpng only warns about,
/// so that libpng reports CODEC_OK for every accepted file.
struct PNGChunks {
  /// The bytes of the palette, three per entry.
  private(set) var palette: Range<Int>?
  /// The bytes of tRNS.
  private(set) var transparency: Range<Int>?
  /// Offset of the length field of the first IDAT. The other IDATs follow without a gap.
  private(set) var firstData = 0
  /// The total size of the bodies of all IDATs.
  private(set) var dataBytes = 0

  private static let signature: UInt64 = 0x8950_4E47_0D0A_1A0A

  /// Nil unless every chunk up to IEND is complete, in order, known or skippable, with a correct CRC, and IHDR matches `layout`.
  /// The cost is one CRC over the file.
  /// - Parameter limit: once it has passed, the result is nil.
  init?(_ bytes: RawSpan, layout: PNGPixelLayout, limit: TimeLimit = TimeLimit()) {
    var limit = limit
    guard bytes.byteCount >= 8 + 25 + 12, bytes.bigEndian(0, UInt64.self) == PNGChunks.signature else { return nil }
    var walk = PNGChunkWalk()
    var phase = Phase.start
    while phase != .ended {
      guard let chunk = walk.next(in: bytes), !limit.isOver(before: chunk.body.count / 16),
        chunk.hasValidChecksum(in: bytes), let next = take(chunk, of: bytes, layout, after: phase)
      else { return nil }
      phase = next
    }
  }

  private enum Phase { case start, header, data, afterData, ended }

  /// The phase after one more chunk; nil if the chunk is not allowed in this phase.
  private mutating func take(
    _ chunk: PNGChunk, of bytes: RawSpan, _ layout: PNGPixelLayout, after phase: Phase
  ) -> Phase? {
    let body = chunk.body
    switch (chunk.name, phase) {
    case (.ihdr, .start):
      return PNGChunks.matches(body, of: bytes, layout) ? .header : nil
    case (_, .start): return nil
    case (.plte, .header):
      guard layout.colorType == 3 else { return layout.samples >= 3 ? phase : nil }
      guard palette == nil, (3...768).contains(body.count), body.count % 3 == 0 else { return nil }
      palette = body
      return phase
    case (.trns, .header):
      guard let palette, transparency == nil, (1...palette.count / 3).contains(body.count) else { return nil }
      transparency = body
      return phase
    case (.trns, _): return nil
    case (.idat, .header), (.idat, .data):
      guard !body.isEmpty, body.count <= PNGChunks.longestData(layout) else { return nil }
      if dataBytes == 0 { firstData = body.lowerBound - PNGChunk.Head.byteCount }
      dataBytes += body.count
      return .data
    case (.iend, .data), (.iend, .afterData): return body.isEmpty ? .ended : nil
    default:
      guard PNGChunks.isSkippable(chunk.name), body.count <= PNGChunk.maxByteCount else { return nil }
      return phase == .data ? .afterData : phase
    }
  }

  /// Ancillary (first letter lowercase), reserved bit off (third letter uppercase), letters only.
  private static func isSkippable(_ name: PNGChunkName) -> Bool {
    let letters = name.letters
    let areLetters = letters.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
    return areLetters && letters[0] & 32 != 0 && letters[2] & 32 == 0
  }

  /// libpng's limit on one IDAT: the inflated size, and the overhead of stored blocks.
  private static func longestData(_ layout: PNGPixelLayout) -> Int {
    guard let inflated = layout.inflatedBytes else { return 0 }
    return max(PNGChunk.maxByteCount, inflated + 6 + 5 * (inflated / 32_566 + 1))
  }

  private static func matches(_ body: Range<Int>, of bytes: RawSpan, _ layout: PNGPixelLayout) -> Bool {
    let at = body.lowerBound
    guard body.count == 13 else { return false }
    let width = Int(bytes.bigEndian(at, UInt32.self))
    let height = Int(bytes.bigEndian(at + 4, UInt32.self))
    // Bits, color type, compression method, filter method, interlacing.
    let rest = [UInt8(layout.bits), UInt8(layout.colorType), 0, 0, layout.isInterlaced ? 1 : 0]
    return width == layout.width && height == layout.height && bytes.holds(rest, at: at + 8)
  }
}
