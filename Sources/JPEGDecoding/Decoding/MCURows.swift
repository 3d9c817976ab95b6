/// A row of MCUs to decode.
package struct MCURow: BitwiseCopyable {
  /// Its position in the image.
  package let index: Int
  /// Its position in the planes, which hold one strip at a time.
  package let place: Int
  /// Whether its samples are needed.
  package let isNeeded: Bool
}

/// The rows of MCUs of an image in strips, and who takes the strips.
struct MCURows {
  let count: Int
  let needed: Range<Int>
  let strips: MCUStrips
  /// Returns false to stop.
  let take: (_ strip: Range<Int>) -> Bool

  subscript(row: Int) -> MCURow {
    MCURow(index: row, place: row - strips.strip(with: row, of: count).lowerBound, isNeeded: needed.contains(row))
  }

  /// Passes the strip that ends with a row on; returns false to stop. All earlier rows are decoded if there are several strips.
  func finish(_ row: Int) -> Bool {
    let strip = strips.strip(with: row, of: count)
    return row + 1 < strip.upperBound || take(strip)
  }
}
