internal import CLibDeflate

/// A chunk of a PNG (third edition, 5.3): a length, a name, a body of that length, and a CRC of the name and the body.
struct PNGChunk {
  /// The length and the name.
  struct Head {
    let length: Int
    let name: PNGChunkName

    static let byteCount = 8

    /// - Precondition: `byteCount` bytes from the offset on are there.
    init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
      length = unsafe Int(bytes.bigEndian(offset, UInt32.self))
      name = unsafe PNGChunkName(code: bytes.bigEndian(offset + 4, UInt32.self))
    }
  }

  let name: PNGChunkName
  let body: Range<Int>

  /// The body's length beyond which libpng's reader complains, whatever the chunk (`png_set_chunk_malloc_max`).
  static let maxByteCount = 4 << 20
  /// Bytes around a body: head and CRC.
  static let frameByteCount = Head.byteCount + 4

  /// - Parameter bytes: what the chunk lies in, whole.
  func hasValidChecksum(in bytes: UnsafeRawBufferPointer) -> Bool {
    // SAFETY: the name is before the body, and the CRC behind it.
    let checksum = unsafe libdeflate_crc32(0, bytes.baseAddress.unsafelyUnwrapped + body.lowerBound - 4, body.count + 4)
    return unsafe checksum == bytes.bigEndian(body.upperBound, UInt32.self)
  }
}

/// The chunks of a PNG one after another, as far as they are there as a whole. What they say is for the caller to judge, and
/// where to stop: no chunk ends the walk, not even IEND.
@safe struct PNGChunkWalk: Sequence, IteratorProtocol {
  // SAFETY: the code that makes this keeps the bytes as long.
  private let bytes: UnsafeRawBufferPointer
  /// Where the next chunk starts.
  private(set) var offset: Int

  static let signatureByteCount = 8

  /// - Parameter offset: of the first chunk.
  @unsafe init(_ bytes: UnsafeRawBufferPointer, from offset: Int = PNGChunkWalk.signatureByteCount) {
    unsafe self.bytes = unsafe bytes
    self.offset = offset
  }

  /// Nil where the bytes end before a chunk's head and CRC do.
  var head: PNGChunk.Head? {
    guard unsafe bytes.count - offset >= PNGChunk.frameByteCount else { return nil }
    return unsafe PNGChunk.Head(bytes, at: offset)
  }

  mutating func next() -> PNGChunk? {
    guard let head, unsafe head.length <= bytes.count - offset - PNGChunk.frameByteCount else { return nil }
    let start = offset + PNGChunk.Head.byteCount
    offset += PNGChunk.frameByteCount + head.length
    return PNGChunk(name: head.name, body: start..<start + head.length)
  }
}
