package import ImageCore

/// A rectangle of whole pixels of the stored image at full size.
package struct DecodeRegion: Hashable, Sendable {
  package let columns: Range<Int>
  package let rows: Range<Int>

  init(columns: Range<Int>, rows: Range<Int>) {
    self.columns = columns
    self.rows = rows
  }

  /// The smallest rectangle that contains all `rects`; nil if that is the whole image.
  package init?(_ rects: [SourceRect], of size: PixelSize) {
    func range(_ bounds: [(from: Double, to: Double)], _ limit: Int) -> Range<Int> {
      let from = bounds.map(\.from).min() ?? 0
      let to = bounds.map(\.to).max() ?? Double(limit)
      let start = Int(max(from.rounded(.down), 0))
      return min(start, limit - 1)..<max(start + 1, Int(min(to.rounded(.up), Double(limit))))
    }
    columns = range(rects.map { ($0.x, $0.x + $0.width) }, size.width)
    rows = range(rects.map { ($0.y, $0.y + $0.height) }, size.height)
    if columns == 0..<size.width && rows == 0..<size.height { return nil }
  }
}
