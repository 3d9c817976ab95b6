/// The end of a file of boxes, from their sizes (ISO/IEC 14496-12, 4.2): 32 bits with the size of the box, its name, and 64 bits
/// with the size where the first number is 1. A size of 0 means that the box extends to the end of the file.
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
    guard start.count == 8 || start.count == 16 else { return }
    // A JPEG XL without boxes starts with a byte that would be an enormous size.
    if isFirst, start[0] == 0xFF {
      isUnclear = true
      return
    }
    let short = start[..<4].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if short == 1, start.count == 8 { return }
    let size = short == 1 ? start[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } : short
    guard size >= start.count else {
      isUnclear = true
      return
    }
    rest = size - UInt64(start.count)
    (start, isFirst) = ([], false)
  }

  var extent: FileStructure.Extent {
    if isUnclear { return .unclear }
    return start.isEmpty && rest == 0 && !isFirst ? .whole : .cut
  }
}
