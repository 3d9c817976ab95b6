internal import ImageCore

/// The bodies of a PNG's consecutive IDAT chunks as one stream of bytes.
@safe struct IDATReader {
  // SAFETY: the creator keeps the bytes valid. Each access checks its bounds.
  private let bytes: UnsafeRawBufferPointer
  /// Offset of the next byte.
  private var next = 0
  /// Bytes left in the current chunk.
  private var chunkLeft = 0
  private var left = 0

  init() { unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0) }

  /// - Parameters:
  ///   - firstData: offset of the first chunk.
  ///   - byteCount: total size of all bodies.
  init(firstData: Int, byteCount: Int, of bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = unsafe bytes
    next = firstData
    left = byteCount
    if left > 0 { openChunk() }
  }

  var isEmpty: Bool { left == 0 }

  /// Copies the next bytes, as many as fit the memory, and returns their number.
  mutating func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    var filled = 0
    while filled < target.count, left > 0 {
      let count = min(chunkLeft, target.count - filled)
      unsafe UnsafeMutableRawBufferPointer(rebasing: target[filled...]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[next..<next + count]))
      next += count
      filled += count
      left -= count
      chunkLeft -= count
      if chunkLeft == 0, left > 0 {
        // The CRC, then the next chunk.
        next += 4
        openChunk()
      }
    }
    return filled
  }

  private mutating func openChunk() {
    chunkLeft = unsafe Int(bytes.bytes.bigEndian(next, UInt32.self))
    next += PNGChunk.Head.byteCount
  }
}
