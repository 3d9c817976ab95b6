internal import ImageErrors
internal import RunState
internal import TextFormatting

extension RunSummary {
  /// Fewer files are not worth a hint.
  private static let minPNGCount = 10
  /// A JPEG thumbnail of quality 80 takes about a fifth of a byte for each pixel. A drawing takes as little as a PNG, a
  /// photograph or a screenshot many times as much.
  private static let bytesPerJPEGPixel = 0.2
  private static let minRatio = 3.0

  /// A line for people; nil unless the PNGs without transparency are many times larger than JPEGs would be.
  func formatHint(_ advice: Advice) -> String? {
    let made = statistics.opaquePNGs
    let limit = RunSummary.minRatio * RunSummary.bytesPerJPEGPixel * Double(made.pixelCount)
    guard made.count >= RunSummary.minPNGCount, Double(made.byteCount) > limit else { return nil }
    return "PNG thumbnails take \(humanByteCount(made.byteCount)); \(advice(.chooseFormat))"
  }
}
