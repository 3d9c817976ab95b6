package import ImageCore

/// How the samples of a JPEG's components map to its pixels (ITU-T T.81, A.1.1), at full size or shrunk by scaled DCT.
package struct JPEGSampling: Hashable, Sendable {
  /// Sampling factors of a component: the number of its blocks in an MCU.
  package struct Factors: Hashable, Sendable {
    package let across: Int
    package let down: Int

    package init(across: Int, down: Int) {
      self.across = across
      self.down = down
    }
  }

  private let components: [Factors]
  private let maxAcross: Int
  private let maxDown: Int

  /// - Parameter components: one to four. A file of one component is not interleaved, so its factors have no effect.
  package init(_ components: [Factors]) {
    self.components = components.count > 1 ? components : [Factors(across: 1, down: 1)]
    maxAcross = self.components.map(\.across).max() ?? 1
    maxDown = self.components.map(\.down).max() ?? 1
  }

  /// Pixels of the image at full size per sample of a component's plane.
  ///
  /// A component is decoded at S samples per block side. S is 8 / denominator or, to make up for subsampling, a larger power of
  /// two (jpeg_calc_output_dimensions of libjpeg-turbo).
  package func pixelsPerSample(ofComponent index: Int, _ denominator: Int) -> SampleSpacing {
    let factors = components[index]
    let base = 8 / denominator
    var samples = base
    while samples < 8, maxAcross * base % (factors.across * samples * 2) == 0,
      maxDown * base % (factors.down * samples * 2) == 0
    {
      samples *= 2
    }
    return SampleSpacing(
      across: Double(maxAcross * 8) / Double(factors.across * samples),
      down: Double(maxDown * 8) / Double(factors.down * samples))
  }

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
