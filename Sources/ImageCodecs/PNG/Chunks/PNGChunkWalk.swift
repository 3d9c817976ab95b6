internal import CLibDeflate
internal import ImageCore

/// A chunk of a PNG (third edition, 5.3): a length, a name, a body of that length, and a CRC of the name and the body.
struct PNGChunk {
  /// The length and the name.
  struct Head {
    let length: Int
    let name: PNGChunkName

    static let byteCount = 8

    /// - Precondition: `byteCount` bytes from the offset on are there.
    init(_ bytes: RawSpan, at offset: Int) {
      length = Int(bytes.bigEndian(offset, UInt32.self))
      name = PNGChunkName(code: bytes.bigEndian(offset + 4, UInt32.self))
    }
  }

  let name: PNGChunkName
  let body: Range<Int>

  /// The body's length beyond which libpng's reader complains, whatever the chunk (`png_set_chunk_malloc_max`).
  static let maxByteCount = 4 << 20
  /// Bytes around a body: head and CRC.
  static let frameByteCount = Head.byteCount + 4

  /// - Parameter bytes: what the chunk lies in, whole.
  func hasValidChecksum(in bytes: RawSpan) -> Bool {
    // The name is before the body, and the CRC after it.
    let named = bytes.extracting(body.lowerBound - 4..<body.upperBound)
    // SAFETY: the call reads these bytes only.
    let checksum = unsafe named.withUnsafeBytes { unsafe libdeflate_crc32(0, $0.baseAddress, $0.count) }
    return checksum == bytes.bigEndian(body.upperBound, UInt32.self)
  }
}

/// The chunks of a PNG one after another, as far as they are there as a whole. What they say is for the caller to judge, and
/// where to stop: no chunk ends the walk, not even IEND.
struct PNGChunkWalk {
  /// Where the next chunk starts.
  private(set) var offset: Int

  static let signatureByteCount = 8

  /// - Parameter offset: of the first chunk.
  init(from offset: Int = PNGChunkWalk.signatureByteCount) { self.offset = offset }

  /// Nil where the bytes end before a chunk's head and CRC do.
  func head(in bytes: RawSpan) -> PNGChunk.Head? {
    bytes.byteCount - offset >= PNGChunk.frameByteCount ? PNGChunk.Head(bytes, at: offset) : nil
  }

  mutating func next(in bytes: RawSpan) -> PNGChunk? {
    guard let head = head(in: bytes), head.length <= bytes.byteCount - offset - PNGChunk.frameByteCount else {
      return nil
    }
    let start = offset + PNGChunk.Head.byteCount
    offset += PNGChunk.frameByteCount + head.length
    return PNGChunk(name: head.name, body: start..<start + head.length)
  }
}
