package import ImageCore

extension ShrinkRule {
  /// The denominator by which a JPEG decoder may shrink: 1, 2, 4 or 8.
  ///
  /// Let s be the smaller of the two ratios of source to target. `safe` is libvips's rule: 8 for s >= 16, 4 for s >= 8, 2 for s
  /// >= 4, so that the resampler always has a factor of at least 2 left to filter.
  /// - Parameters:
  ///   - source: the size as stored.
  ///   - target: the size in the orientation of the stored image.
  package func denominator(from source: PixelSize, to target: PixelSize) -> Int {
    let residual: Int
    switch self {
    case .off: return 1
    case .safe: residual = 2
    case .fast: residual = 1
    }
    var denominator = 8
    while denominator > 1
      && (source.width < target.width * denominator * residual
        || source.height < target.height * denominator * residual)
    {
      denominator /= 2
    }
    return denominator
  }
}
