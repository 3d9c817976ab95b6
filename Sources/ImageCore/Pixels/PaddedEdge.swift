/// The samples at the end of an axis that the image covers only in part. A decoder that shrinks computes them as the mean of
/// image and padding. JPEG lets the encoder choose the padding, so it can have any color.
///
/// Given such a mean s and the share c of image in it, the mean p of the image alone is unknown but bounded: padding is within
/// 0...255, so p is between (s - (1 - c) 255) / c and s / c. Within these bounds, p is estimated as the value nearest to s that
/// the preceding samples make plausible: at most twice the width of their range outside that range.
///
/// Most encoders repeat the last pixels of the image. The correction leaves such padding unchanged (on photographs, the distance
/// from the best possible result is the same with and without it). On plain areas, where padding of another color would be
/// visible, it removes the padding. The geometry does not change.
package struct PaddedEdge: Hashable, Sendable {
  /// The samples that padding affects: from the first one to the last one that shows any image.
  package let samples: Range<Int>
  /// Lower bound of the share of image in each of them: above 0, below 1.
  private let share: Float

  /// The number of samples before the edge whose range is used.
  package static let trusted = 3
  /// A value at most this far outside the range counts as inside. A range at most this wide counts as a plain area.
  private static let tolerance: Float = 2
  /// The maximum quantization error of a decoded mean.
  private static let noise: Float = 3

  /// Maximum change of the luma of white or black by clipping due to the chroma of padding. A larger difference belongs to the
  /// image.
  private static let maxClipping: Float = 40

  /// Nil if the last sample is all image, or if the first one is not.
  /// - Parameters:
  ///   - length: the length of the image on this axis, in pixels.
  ///   - spacing: pixels from one sample to the next.
  ///   - mixed: pixels that are mixed into one value; more than the spacing if a decoder enlarges chroma.
  package init?(length: Int, spacing: Double, mixed: Double, count: Int) {
    let whole = (Double(length) / mixed).rounded(.down) * mixed
    guard whole < Double(length), whole >= spacing else { return nil }
    // Enlarging with a triangle kernel reaches one sample further.
    let first = Int(whole / spacing) - (mixed > spacing ? 1 : 0)
    guard first > 0, first < count else { return nil }
    samples = first..<count
    let last = (Double(length) / spacing).truncatingRemainder(dividingBy: 1)
    share = Float(min((Double(length) - whole) / mixed, last > 0 ? last : 1))
  }

  /// The samples of the axis that the correction needs.
  package var needed: Range<Int> { max(samples.lowerBound - PaddedEdge.trusted, 0)..<samples.upperBound }

  /// The same edge, counted from the sample at this position.
  package func from(_ first: Int) -> PaddedEdge {
    PaddedEdge(samples: samples.lowerBound - first..<samples.upperBound - first, share: share)
  }

  private init(samples: Range<Int>, share: Float) {
    self.samples = samples
    self.share = share
  }

  /// Corrects one line of 8-bit samples, which are `step` bytes apart.
  /// - Parameter only: the samples of the edge to correct; nil for all.
  fileprivate func correct(_ line: UncheckedBytes, step: Int, only: Range<Int>? = nil) {
    var (low, high) = (UInt8.max, UInt8.min)
    for index in needed.lowerBound..<samples.lowerBound {
      let sample = line[index * step]
      (low, high) = (min(low, sample), max(high, sample))
    }
    guard low <= high else { return }
    for index in only ?? samples {
      let mean = Float(line[index * step])
      if let likely = corrected(mean, Float(low)...Float(high)) {
        line[index * step] = UInt8(min(max(likely, 0), 255).rounded())
      }
    }
  }

  /// Corrects one line of 8-bit RGB pixels, which are `step` bytes apart, where the chroma shows padding. Only on plain areas:
  /// elsewhere enlarging mixes the chroma of neighbors anyway. Luma has no padding, but the clipping of excessive chroma may have
  /// changed it.
  fileprivate func correctPixels(_ line: UncheckedBytes, step: Int) {
    // JFIF 1.02, without its scale.
    func color(_ index: Int) -> SIMD3<Float> {
      let pixel = line + index * step
      let (red, green, blue) = (Float(pixel[0]), Float(pixel[1]), Float(pixel[2]))
      let luma = 0.299 * red + 0.587 * green + 0.114 * blue
      return SIMD3(luma, (blue - luma) / 1.772, (red - luma) / 1.402)
    }
    var (low, high) = (SIMD3<Float>(repeating: 512), SIMD3<Float>(repeating: -512))
    for index in needed.lowerBound..<samples.lowerBound {
      low = pointwiseMin(low, color(index))
      high = pointwiseMax(high, color(index))
    }
    guard (0...PaddedEdge.tolerance).contains((high - low).max()) else { return }
    for index in samples {
      let distance = pointwiseMax(low - color(index), color(index) - high)
      guard max(distance[1], distance[2]) > 1, distance[0] < PaddedEdge.maxClipping else { continue }
      for channel in 0..<3 { correct(line + channel, step: step, only: index..<index + 1) }
    }
  }

  /// The likely mean without the padding. Nil if the given mean is already plausible.
  /// - Parameter range: the range of the samples before the edge.
  private func corrected(_ mean: Float, _ range: ClosedRange<Float>) -> Float? {
    let likely = 2 * max(range.upperBound - range.lowerBound - PaddedEdge.tolerance, 0)
    let (minimum, maximum) = (range.lowerBound - likely, range.upperBound + likely)
    if mean >= minimum - PaddedEdge.tolerance && mean <= maximum + PaddedEdge.tolerance { return nil }
    let bounds = ((mean - PaddedEdge.noise - (1 - share) * 255) / share, (mean + PaddedEdge.noise) / share)
    return min(max(min(max(mean, minimum), maximum), bounds.0), bounds.1)
  }
}

extension Plane {
  /// The same for RGB pixels of which only the chroma has padding.
  package borrowing func correctChroma(columns: PaddedEdge?, rows: PaddedEdge?) {
    guard channels == 3 else { return }
    let base = uncheckedBytes
    // In bounds: as below; a pixel has three bytes.
    if let columns { for y in 0..<size.height { columns.correctPixels(base + y * stride, step: 3) } }
    if let rows { for x in 0..<size.width { rows.correctPixels(base + 3 * x, step: stride) } }
  }

  /// Removes padding from the last column and row of a plane of 8 bits, as far as it can be detected.
  package borrowing func correct(columns: PaddedEdge?, rows: PaddedEdge?) {
    precondition(depth == .eight, "JPEG has 8 bits")
    if let columns {
      for y in 0..<size.height {
        let line = uncheckedRow(y, of: UInt8.self)
        // In bounds: the edge is within the row's samples, which are `channels` bytes apart.
        for channel in 0..<channels { columns.correct(line + channel, step: channels) }
      }
    }
    if let rows {
      let base = uncheckedBytes
      // In bounds: the edge is within the plane's rows, which are `stride` bytes apart.
      for offset in 0..<rowByteCount { rows.correct(base + offset, step: stride) }
    }
  }
}
