package import ImageCore

extension ShrinkRule {
  /// The denominator, 1, 2, 4 or 8, by which a JPEG decoder may shrink.
  ///
  /// With s the smaller of the two ratios of source to target, `safe` is libvips's rule: 8 from s >= 16, 4 from 8, 2 from
  /// 4, so that the resampler always has a factor of 2 left to filter.
  /// - Parameters:
  ///   - source: as stored.
  ///   - target: in the stored image's orientation.
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
