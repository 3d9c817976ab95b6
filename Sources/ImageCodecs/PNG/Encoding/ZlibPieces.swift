internal import CLibDeflate
internal import ImageCore

/// Compresses to a zlib stream (RFC 1950) piece by piece, so that the time limit can be checked between pieces. libdeflate
/// compresses a whole buffer in one call, which takes half a minute for a gigabyte.
///
/// Data of at most one piece give the bytes of libdeflate. Otherwise each piece is a deflate stream, and the streams are joined:
/// only the last block of the last piece stays marked as the last, and an empty stored block fills the last byte of each other
/// piece (as zlib's Z_SYNC_FLUSH does). No match refers to a previous piece. For photographs and drawings of 15 to 20 MB, the
/// stream is at most 0.2 % longer, and 0.5 % at level 10.
struct ZlibPieces {
  private let compressor: Compressor
  private let inflateLoop: any InflateKernels.Type
  private let pool: BufferPool

  init(_ compressor: Compressor, _ inflateLoop: any InflateKernels.Type, pool: BufferPool) {
    self.compressor = compressor
    self.inflateLoop = inflateLoop
    self.pool = pool
  }

  /// Size of a piece. Level 10 compresses 4 MB per second, and the levels below it 17 to 200.
  static func pieceBytes(level: Int) -> Int { level < 8 ? 512 << 10 : 2 << 20 }

  private var pieceBytes: Int { ZlibPieces.pieceBytes(level: compressor.level) }

  /// Upper bound of the compressed size of `count` bytes, including what is written after them.
  func bound(_ count: Int) -> Int {
    let pieces = count / pieceBytes + 1
    let whole = compressor.bound(count)
    return pieces == 1 ? whole : whole + pieces * (ZlibPieces.maxJoint + compressor.bound(0)) + DeflateEnd.slack
  }

  /// Maximum size of the joint between two pieces: the rest of a byte, and an empty stored block (RFC 1951, 3.2.4).
  private static let maxJoint = 6
  private static let emptyBlock: [UInt8] = [0, 0, 0xFF, 0xFF]

  /// - Returns: the number of bytes written, or 0 if there was no room.
  func compress(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer, _ space: Int
  ) throws(CodecError) -> Int {
    if source.count <= pieceBytes { return unsafe compressor.compress(source, target, space) }
    var count = 0
    func append(_ bytes: [UInt8]) {
      unsafe UnsafeMutableRawBufferPointer(start: target + count, count: bytes.count).copyBytes(from: bytes)
      count += bytes.count
    }
    guard space >= bound(source.count) else { return 0 }
    append(header)
    var adler: UInt32 = 1
    for start in stride(from: 0, to: source.count, by: pieceBytes) {
      if pool.limit.hasPassed { throw .timeout }
      let piece = unsafe UnsafeRawBufferPointer(rebasing: source[start..<min(start + pieceBytes, source.count)])
      adler = unsafe libdeflate_adler32(adler, piece.baseAddress, piece.count)
      let begin = count
      count += unsafe compressor.deflate(piece, target + count, space - count)
      guard count > begin else { return 0 }
      if start + piece.count < source.count {
        append(try unsafe joint(target + begin, count - begin, of: piece.count))
      }
    }
    append([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: adler >> UInt32($0)) })
    return count
  }

  /// Deflate with a window of 32 KB, and the level in four steps (RFC 1950, 2.2).
  private var header: [UInt8] {
    let (method, steps) = (0x78, compressor.level < 2 ? 0 : compressor.level < 6 ? 1 : compressor.level < 8 ? 2 : 3)
    let flags = steps << 6
    return [UInt8(method), UInt8(flags + 31 - (method << 8 + flags) % 31)]
  }

  /// Clears the last-block mark of a stream.
  /// - Returns: the bytes that must follow it before another stream.
  private func joint(
    _ stream: UnsafeMutableRawPointer, _ count: Int, of byteCount: Int
  ) throws(CodecError) -> [UInt8] {
    unsafe (stream + count).initializeMemory(as: UInt8.self, repeating: 0, count: DeflateEnd.slack)
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: stream, count: count)
    let found = try allocating { () throws(OutOfMemory) in
      try unsafe DeflateEnd(UnsafeRawBufferPointer(bytes), byteCount: byteCount, inflateLoop: inflateLoop, pool: pool)
    }
    guard let last = found, (last.end + 7) / 8 == count else { throw .broken("a compressed piece that is not sound") }
    unsafe bytes[last.mark / 8] &= ~(1 << UInt8(last.mark % 8))
    // The first three bits of the empty block are zeros, as are the bits that fill the last byte.
    let free = 8 * count - last.end
    return (free < 3 ? [0] : []) + ZlibPieces.emptyBlock
  }
}
