/// Walks the chunks of a PNG (PNG specification, 5.3), so that the text `IEND` inside a chunk does not end the file.
struct PNGStructure {
  /// Whether the last chunk was read, after image data.
  private(set) var isComplete = false
  private var hasData = false
  /// Bytes to skip before the next chunk starts: of the signature, of a chunk's data or of its CRC.
  private var left = PNGChunkWalk.signatureByteCount
  private var head: [UInt8] = []
  private var isLast = false

  mutating func read(_ piece: ArraySlice<UInt8>) {
    var rest = piece
    while !isComplete {
      let passed = min(left, rest.count)
      left -= passed
      rest = rest.dropFirst(passed)
      guard left == 0 else { return }
      if isLast {
        isComplete = hasData
        return
      }
      let count = min(PNGChunk.Head.byteCount - head.count, rest.count)
      head += rest.prefix(count)
      rest = rest.dropFirst(count)
      guard head.count == PNGChunk.Head.byteCount else { return }
      begin()
    }
  }

  private mutating func begin() {
    let next = unsafe PNGChunk.Head(head.span.bytes, at: 0)
    hasData = hasData || next.name == .idat
    isLast = next.name == .iend
    // The data and the CRC.
    left = PNGChunk.frameByteCount - PNGChunk.Head.byteCount + next.length
    head.removeAll(keepingCapacity: true)
  }
}
