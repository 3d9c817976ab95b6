/// The end of a file of boxes, from their sizes. It is unclear after a box that extends to the end of the file.
struct BoxStructure: StructureReader {
  /// The first bytes of the current box, until its size is known.
  private var start: [UInt8] = []
  /// Bytes of the current box that are still to come.
  private var rest: UInt64 = 0
  private var isFirst = true
  private var isUnclear = false

  mutating func read(_ piece: ArraySlice<UInt8>) {
    var piece = piece
    while !piece.isEmpty && !isUnclear {
      if rest > 0 {
        let count = Int(min(rest, UInt64(piece.count)))
        piece = piece.dropFirst(count)
        rest -= UInt64(count)
      } else {
        start.append(piece.removeFirst())
        readSize()
      }
    }
  }

  private mutating func readSize() {
    guard start.count >= 8 else { return }
    // A JPEG XL without boxes starts with a byte that would be an enormous size.
    if isFirst, start[0] == 0xFF {
      isUnclear = true
      return
    }
    guard let head = unsafe BoxHead(start.span.bytes) else { return }
    guard let size = head.boxByteCount, size >= head.byteCount else {
      isUnclear = true
      return
    }
    rest = size - UInt64(head.byteCount)
    (start, isFirst) = ([], false)
  }

  var extent: FileStructure.Extent {
    if isUnclear { return .unclear }
    return start.isEmpty && rest == 0 && !isFirst ? .whole : .cut
  }
}
