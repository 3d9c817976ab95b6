internal import Glibc

/// The bodies of a PNG's IDATs, which follow each other without a gap, as one stream of bytes.
@safe struct IDATReader {
  // SAFETY: `chunks` are whole chunks with `left` bytes in their bodies altogether, as PNGChunks has checked; whoever
  // made this keeps them.
  private var next: UnsafeRawPointer?
  /// Bytes of the chunk in hand.
  private var chunkLeft = 0
  private var left = 0

  init() { unsafe next = nil }

  init(_ chunks: PNGChunks, of bytes: UnsafeRawBufferPointer) {
    unsafe self.init(firstData: chunks.firstData, byteCount: chunks.dataBytes, of: bytes)
  }

  /// - Parameters:
  ///   - firstData: where the first chunk begins.
  ///   - byteCount: of all bodies.
  init(firstData: Int, byteCount: Int, of bytes: UnsafeRawBufferPointer) {
    unsafe next = bytes.baseAddress.map { unsafe $0 + firstData }
    left = byteCount
    if left > 0 { unsafe openChunk() }
  }

  var isEmpty: Bool { left == 0 }

  /// Copies the next bytes, as many as there are up to a number.
  @unsafe mutating func read(into target: UnsafeMutableRawPointer, atMost maximum: Int) -> Int {
    var filled = 0
    while filled < maximum, left > 0, let from = unsafe next {
      let count = min(chunkLeft, maximum - filled)
      unsafe memcpy(target + filled, from, count)
      unsafe next = unsafe from + count
      filled += count
      left -= count
      chunkLeft -= count
      if chunkLeft == 0, left > 0 {
        // A CRC, then the next chunk.
        unsafe next = unsafe from + count + 4
        unsafe openChunk()
      }
    }
    return filled
  }

  @unsafe private mutating func openChunk() {
    guard let start = unsafe next else { return }
    chunkLeft = unsafe Int(UInt32(bigEndian: start.loadUnaligned(as: UInt32.self)))
    unsafe next = unsafe start + 8
  }
}
