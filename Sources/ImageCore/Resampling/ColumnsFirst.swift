/// Two resamplings in place of one, columns before rows, for an image that becomes much higher and much narrower.
///
/// Rows before columns is the usual order (`Resampler.resized`). It sums every output row over the full width of the source:
/// 1,000,000x1 pixels made 1x65,500 would take 65 billion sums, columns first one million. The image between the two has
/// 16 bits a sample, so that its rounding does not show in 8 bits.
struct ColumnsFirst {
  /// What the first step shows of the source: the output's columns, all rows.
  let columns: SourceRect
  /// Size of the image between the steps.
  let size: PixelSize
  /// What the second step shows of that.
  let rows: SourceRect

  /// More sums than an image of ordinary shape takes: that of 8,000 columns enlarged to 8,000 rows.
  private static let minSumCount = 1 << 26

  /// Nil where rows come first.
  /// - Parameter columnCount: columns of the source that the output needs.
  init?(_ source: PixelSize, rect: SourceRect, to target: PixelSize, columnCount: Int) {
    guard Double(target.height) > rect.height, columnCount >= 2 * target.width,
      columnCount * target.height > ColumnsFirst.minSumCount
    else { return nil }
    columns = SourceRect(x: rect.x, y: 0, width: rect.width, height: Double(source.height))
    size = PixelSize(width: target.width, height: source.height)
    rows = SourceRect(x: 0, y: rect.y, width: Double(target.width), height: rect.height)
  }
}
