package import ImageCore
package import JPEGDecoding

/// How the samples of a JPEG's components map to its pixels (ITU-T T.81, A.1.1), at full size or shrunk by scaled DCT.
package struct JPEGSampling: Hashable, Sendable {
  private let components: [SamplingFactors]
  private let maximum: SamplingFactors

  /// - Parameter components: one to four. A file of one component is not interleaved, so its factors have no effect.
  package init(_ components: [SamplingFactors]) {
    self.components = components.count > 1 ? components : [SamplingFactors(across: 1, down: 1)]
    maximum = SamplingFactors(maximumOf: self.components)
  }

  /// Pixels of the image at full size per sample of a component's plane.
  package func pixelsPerSample(ofComponent index: Int, _ denominator: Int) -> SampleSpacing {
    let factors = components[index]
    let samples = factors.scaledSize(maximum: maximum, denominator: denominator)
    return SampleSpacing(
      across: Double(maximum.across * 8) / Double(factors.across * samples),
      down: Double(maximum.down * 8) / Double(factors.down * samples))
  }

  /// Pixel rows of a row of MCUs.
  var pixelsPerMCURow: Int { 8 * maximum.down }

  /// The largest denominator up to `wanted` at which each component has a sample without padding. The padding in the other
  /// samples is computed from that sample.
  package func denominator(atMost wanted: Int, of size: PixelSize) -> Int {
    var denominator = wanted
    while denominator > 1 {
      let spacing = maxPixelsPerSample(denominator)
      if Double(size.width) >= spacing.across && Double(size.height) >= spacing.down { break }
      denominator /= 2
    }
    return denominator
  }

  /// As `pixelsPerSample`, for the component with the most widely spaced samples.
  package func maxPixelsPerSample(_ denominator: Int) -> SampleSpacing {
    let all = components.indices.map { pixelsPerSample(ofComponent: $0, denominator) }
    return SampleSpacing(across: all.map(\.across).max() ?? 1, down: all.map(\.down).max() ?? 1)
  }
}
