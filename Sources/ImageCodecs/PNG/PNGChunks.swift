internal import CLibDeflate
internal import ImageCore

/// The contents of IHDR that determine the layout of the pixel data.
package struct PNGPixelLayout: Equatable, Sendable {
  /// In pixels, 1...2^31 - 1 each.
  package let width: Int
  package let height: Int
  /// Bits per sample in the file.
  package let bits: Int
  /// 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGBA.
  package let colorType: Int
  package let isInterlaced: Bool

  package init(width: Int, height: Int, bits: Int, colorType: Int, isInterlaced: Bool) {
    self.width = width
    self.height = height
    self.bits = bits
    self.colorType = colorType
    self.isInterlaced = isInterlaced
  }

  /// Samples per pixel in the file.
  var samples: Int {
    switch colorType {
    case 2: 3
    case 4: 2
    case 6: 4
    default: 1
    }
  }

  /// Bytes of one row in the file without its filter byte, for 8 and 16 bits.
  var fileRowBytes: Int { width * samples * (bits / 8) }

  /// Bytes of all rows with their filter bytes; nil if they exceed 2^62.
  var inflatedBytes: Int? {
    let (total, overflow) = (fileRowBytes + 1).multipliedReportingOverflow(by: height)
    return overflow || total > 1 << 62 ? nil : total
  }
}

/// The positions of the parts of a sound PNG. This reader is stricter than libpng: it also rejects what libpng only warns about,
/// so that libpng reports CODEC_OK for every accepted file.
struct PNGChunks {
  /// The bytes of the palette, three per entry.
  private(set) var palette: Range<Int>?
  /// The bytes of tRNS.
  private(set) var transparency: Range<Int>?
  /// Offset of the length field of the first IDAT. The other IDATs follow without a gap.
  private(set) var firstData = 0
  /// The number of IDATs, and the total size of their bodies.
  private(set) var dataPieces = 0
  private(set) var dataBytes = 0

  private static let signature: UInt64 = 0x8950_4E47_0D0A_1A0A
  private static let ihdr: UInt32 = 0x4948_4452
  private static let plte: UInt32 = 0x504C_5445
  private static let trns: UInt32 = 0x7452_4E53
  private static let idat: UInt32 = 0x4944_4154
  private static let iend: UInt32 = 0x4945_4E44

  /// The chunk length above which libpng's reader warns about any chunk (`png_set_chunk_malloc_max`).
  private static let longestChunk = 4 << 20

  /// Nil unless every chunk up to IEND is complete, in order, known or skippable, with a correct CRC, and IHDR matches `layout`.
  /// The cost is one CRC over the file.
  /// - Parameter limit: once it has passed, the result is nil.
  init?(_ bytes: UnsafeRawBufferPointer, layout: PNGPixelLayout, limit: TimeLimit = TimeLimit()) {
    var limit = limit
    guard bytes.count >= 8 + 25 + 12, unsafe bytes.bigEndian(0, UInt64.self) == PNGChunks.signature else { return nil }
    var offset = 8
    var phase = Phase.start
    while phase != .ended {
      // Length, name, `length` bytes, CRC.
      guard bytes.count - offset >= 12 else { return nil }
      let length = unsafe Int(bytes.bigEndian(offset, UInt32.self))
      let name = unsafe bytes.bigEndian(offset + 4, UInt32.self)
      guard length <= bytes.count - offset - 12, !limit.isOver(before: length / 16) else { return nil }
      // SAFETY: `length` bytes and a CRC follow the name, by the guard above.
      let checksum = unsafe libdeflate_crc32(0, bytes.baseAddress.unsafelyUnwrapped + offset + 4, length + 4)
      guard unsafe checksum == bytes.bigEndian(offset + 8 + length, UInt32.self) else { return nil }
      let body = offset + 8..<offset + 8 + length
      guard let next = unsafe take(name, body, of: bytes, layout, after: phase) else { return nil }
      phase = next
      offset += 12 + length
    }
  }

  private enum Phase { case start, header, data, afterData, ended }

  /// The phase after one more chunk; nil if the chunk is not allowed in this phase.
  private mutating func take(
    _ name: UInt32, _ body: Range<Int>, of bytes: UnsafeRawBufferPointer, _ layout: PNGPixelLayout, after phase: Phase
  ) -> Phase? {
    switch (name, phase) {
    case (PNGChunks.ihdr, .start):
      return unsafe PNGChunks.matches(body, of: bytes, layout) ? .header : nil
    case (_, .start): return nil
    case (PNGChunks.plte, .header):
      guard layout.colorType == 3 else { return layout.samples >= 3 ? phase : nil }
      guard palette == nil, (3...768).contains(body.count), body.count % 3 == 0 else { return nil }
      palette = body
      return phase
    case (PNGChunks.trns, .header):
      guard let palette, transparency == nil, (1...palette.count / 3).contains(body.count) else { return nil }
      transparency = body
      return phase
    case (PNGChunks.trns, _): return nil
    case (PNGChunks.idat, .header), (PNGChunks.idat, .data):
      guard !body.isEmpty, body.count <= PNGChunks.longestData(layout) else { return nil }
      if dataPieces == 0 { firstData = body.lowerBound - 8 }
      dataPieces += 1
      dataBytes += body.count
      return .data
    case (PNGChunks.iend, .data), (PNGChunks.iend, .afterData): return body.isEmpty ? .ended : nil
    default:
      guard PNGChunks.isSkippable(name), body.count <= PNGChunks.longestChunk else { return nil }
      return phase == .data ? .afterData : phase
    }
  }

  /// Ancillary (first letter lowercase), reserved bit off (third letter uppercase), letters only.
  private static func isSkippable(_ name: UInt32) -> Bool {
    let letters = (0..<4).map { UInt8(truncatingIfNeeded: name >> (24 - 8 * UInt32($0))) }
    let areLetters = letters.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
    return areLetters && letters[0] & 32 != 0 && letters[2] & 32 == 0
  }

  /// libpng's limit on one IDAT: the inflated size, and the overhead of stored blocks.
  private static func longestData(_ layout: PNGPixelLayout) -> Int {
    guard let inflated = layout.inflatedBytes else { return 0 }
    return max(longestChunk, inflated + 6 + 5 * (inflated / 32_566 + 1))
  }

  private static func matches(_ body: Range<Int>, of bytes: UnsafeRawBufferPointer, _ layout: PNGPixelLayout) -> Bool {
    let at = body.lowerBound
    guard body.count == 13 else { return false }
    let width = unsafe Int(bytes.bigEndian(at, UInt32.self))
    let height = unsafe Int(bytes.bigEndian(at + 4, UInt32.self))
    // Bits, color type, compression method, filter method, interlacing.
    let rest = unsafe bytes[(at + 8)..<(at + 13)]
    let expected = [UInt8(layout.bits), UInt8(layout.colorType), 0, 0, layout.isInterlaced ? 1 : 0]
    return unsafe width == layout.width && height == layout.height && rest.elementsEqual(expected)
  }
}

extension UnsafeRawBufferPointer {
  /// - Precondition: the integer is within the buffer.
  @inline(__always)
  func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Integer.Type) -> Integer {
    unsafe Integer(bigEndian: loadUnaligned(fromByteOffset: offset, as: Integer.self))
  }
}
