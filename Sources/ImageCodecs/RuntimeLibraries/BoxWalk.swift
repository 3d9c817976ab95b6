internal import ImageCore

/// The boxes of a file, without those inside them. Ends at the first box that is not in the file as a whole.
struct BoxWalk {
  struct Box {
    /// Four characters, as in "Exif".
    let name: String
    let body: Range<Int>
  }

  private var offset = 0

  mutating func next(in bytes: RawSpan) -> Box? {
    let rest = bytes.extracting(offset..<bytes.byteCount)
    guard let head = BoxHead(rest) else { return nil }
    let size = head.boxByteCount.map { Int(clamping: $0) } ?? rest.byteCount
    guard size >= head.byteCount, size <= rest.byteCount else { return nil }
    let name = String(decoding: rest.array(4..<8), as: UTF8.self)
    let body = offset + head.byteCount..<offset + size
    offset += size
    return Box(name: name, body: body)
  }
}
