internal import Glibc

/// The bodies of a PNG's consecutive IDAT chunks as one stream of bytes.
@safe struct IDATReader {
  // SAFETY: `chunks` are complete chunks whose bodies have `left` bytes in total, as PNGChunks has checked. The creator keeps the
  // bytes valid.
  private var next: UnsafeRawPointer?
  /// Bytes left in the current chunk.
  private var chunkLeft = 0
  private var left = 0

  init() { unsafe next = nil }

  /// - Parameters:
  ///   - firstData: offset of the first chunk.
  ///   - byteCount: total size of all bodies.
  init(firstData: Int, byteCount: Int, of bytes: UnsafeRawBufferPointer) {
    unsafe next = bytes.baseAddress.map { unsafe $0 + firstData }
    left = byteCount
    if left > 0 { unsafe openChunk() }
  }

  var isEmpty: Bool { left == 0 }

  /// Copies the next bytes, up to `maximum`, and returns their number.
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
        // The CRC, then the next chunk.
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
