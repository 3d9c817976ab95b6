/// Two resamplings instead of one, columns before rows, for an image that becomes much higher and much narrower.
///
/// Rows before columns is the usual order (`Resampler.resized`). It sums every output row over the full width of the source:
/// making 1,000,000x1 pixels 1x65,500 would take 65 billion sums, but columns first takes one million. The intermediate image has
/// 16 bits per sample, so that its rounding does not show in 8 bits.
struct ColumnsFirst {
  /// The part of the source that the first step resamples: the columns of the output, all rows.
  let columns: SourceRect
  /// Size of the intermediate image.
  let size: PixelSize
  /// The part of the intermediate image that the second step resamples.
  let rows: SourceRect

  /// More sums than an image of ordinary shape takes: as for 8,000 columns enlarged to 8,000 rows.
  private static let minSumCount = 1 << 26

  /// Nil if rows come first.
  /// - Parameter columnCount: the columns of the source that the output needs.
  init?(_ source: PixelSize, rect: SourceRect, to target: PixelSize, columnCount: Int) {
    guard Double(target.height) > rect.height, columnCount >= 2 * target.width,
      columnCount * target.height > ColumnsFirst.minSumCount
    else { return nil }
    columns = SourceRect(x: rect.x, y: 0, width: rect.width, height: Double(source.height))
    size = PixelSize(width: target.width, height: source.height)
    rows = SourceRect(x: 0, y: rect.y, width: Double(target.width), height: rect.height)
  }
}
