internal import ImageCore

/// The boxes of a file, without those inside them (ISO/IEC 14496-12, 4.2). Ends at the first box that is not in the file as a whole.
struct BoxWalk {
  struct Box {
    /// Four characters, as in "Exif".
    let name: String
    let body: Range<Int>
  }

  private var offset = 0

  mutating func next(in bytes: RawSpan) -> Box? {
    guard bytes.byteCount - offset >= 8 else { return nil }
    let name = String(decoding: bytes.array(offset + 4..<offset + 8), as: UTF8.self)
    var size = Int(bytes.bigEndian(offset, UInt32.self))
    var headByteCount = 8
    if size == 1 {
      guard bytes.byteCount - offset >= 16 else { return nil }
      size = Int(clamping: bytes.bigEndian(offset + 8, UInt64.self))
      headByteCount = 16
    } else if size == 0 {
      // Up to the end of the file.
      size = bytes.byteCount - offset
    }
    guard size >= headByteCount, size <= bytes.byteCount - offset else { return nil }
    let body = offset + headByteCount..<offset + size
    offset += size
    return Box(name: name, body: body)
  }
}
