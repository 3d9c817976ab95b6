/// The split of an image's rows of MCUs into strips, from top to bottom.
package struct MCUStrips: Hashable, Sendable {
  /// Rows of each strip except the last.
  private let each: Int
  /// Minimum number of rows of the last strip.
  private let last: Int

  /// One strip of all rows.
  package static let whole = MCUStrips(each: .max, last: 1)

  package init(each: Int, last: Int) {
    precondition(each >= 1 && last >= 1, "a strip has rows")
    self.each = each
    self.last = last
  }

  /// The largest number of rows that a strip of an image of `count` rows has.
  package func maxCount(of count: Int) -> Int { count - last < each ? count : each + last - 1 }

  /// The strip that contains a row.
  func strip(with row: Int, of count: Int) -> Range<Int> {
    let start = min(row / each, max(count - last, 0) / each) * each
    return start..<(count - last - start < each ? count : start + each)
  }
}
