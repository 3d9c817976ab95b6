/// The last sample of an axis that an image covers only in part, because a decoder that shrinks takes the mean of image and
/// padding there. JPEG leaves it to the encoder what the padding is: any color.
///
/// Of such a mean s, with the share c of image, the image's own mean p is not known, but its bounds are: as the padding
/// is within 0...255, p lies between (s - (1 - c) 255) / c and s / c. In these bounds it is taken for as near to s as the
/// samples before it make likely: no farther out of their range than twice the width of that. So what most encoders do, to
/// repeat the image's last pixels, is left as it is (over photographs the distance from the best that could be is the same
/// with and without this), and on plain ground, where it is seen, padding of another color is not. The geometry stays.
package struct PaddedEdge: Hashable, Sendable {
  /// The samples that padding has a part in: from the first to the last that shows any image.
  package let samples: Range<Int>
  /// How much of these is image at least: above 0, below 1.
  private let share: Float

  /// Samples before the edge whose range is looked at.
  package static let trusted = 3
  /// What is closer to that range than this counts as inside, and a range no wider than this as plain ground.
  private static let tolerance: Float = 2
  /// How far a decoded mean may be from the true one, by quantization.
  private static let noise: Float = 3

  /// How far clipping may change the luma of white or black by chroma of padding. What differs more is image.
  private static let maxClipping: Float = 40

  /// Nil where the last sample is all image, or the first is not.
  /// - Parameters:
  ///   - length: of the image on this axis, in pixels.
  ///   - spacing: pixels from one sample to the next.
  ///   - mixed: pixels that are mixed into one value; more than the spacing where a decoder enlarges chroma.
  package init?(length: Int, spacing: Double, mixed: Double, count: Int) {
    let whole = (Double(length) / mixed).rounded(.down) * mixed
    guard whole < Double(length), whole >= spacing else { return nil }
    // Enlarging by a triangle reaches one sample further.
    let first = Int(whole / spacing) - (mixed > spacing ? 1 : 0)
    guard first > 0, first < count else { return nil }
    samples = first..<count
    let last = (Double(length) / spacing).truncatingRemainder(dividingBy: 1)
    share = Float(min((Double(length) - whole) / mixed, last > 0 ? last : 1))
  }

  /// What has to be there of the axis, in samples, so that the edge comes out right.
  package var needed: Range<Int> { max(samples.lowerBound - PaddedEdge.trusted, 0)..<samples.upperBound }

  /// Corrects one line of samples of 8 bits that lie `step` bytes apart.
  /// - Parameter only: samples of the edge; nil for all.
  @unsafe fileprivate func correct(_ line: UnsafeMutablePointer<UInt8>, step: Int, only: Range<Int>? = nil) {
    var (low, high) = (UInt8.max, UInt8.min)
    for index in needed.lowerBound..<samples.lowerBound {
      let sample = unsafe line[index * step]
      (low, high) = (min(low, sample), max(high, sample))
    }
    guard low <= high else { return }
    for index in only ?? samples {
      let mean = unsafe Float(line[index * step])
      if let likely = corrected(mean, Float(low)...Float(high)) {
        unsafe line[index * step] = UInt8(min(max(likely, 0), 255).rounded())
      }
    }
  }

  /// Corrects those of one line of RGB pixels of 8 bits, `step` bytes apart, whose chroma shows padding, on plain ground: else
  /// enlarging mixes the chroma of neighbors anyway. Luma has no padding, but clipping of too much chroma may have changed it.
  @unsafe fileprivate func correctPixels(_ line: UnsafeMutablePointer<UInt8>, step: Int) {
    // JFIF 1.02, without its scale.
    func color(_ index: Int) -> SIMD3<Float> {
      let pixel = unsafe line + index * step
      let (red, green, blue) = unsafe (Float(pixel[0]), Float(pixel[1]), Float(pixel[2]))
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
      for channel in 0..<3 { unsafe correct(line + channel, step: step, only: index..<index + 1) }
    }
  }

  /// What a mean of image and padding is likely to be without the padding; nil where it is likely as it is.
  /// - Parameter range: of the samples before the edge.
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
    let base = unsafe self.base.assumingMemoryBound(to: UInt8.self)
    // SAFETY: as below; a pixel has three bytes.
    if let columns { for y in 0..<size.height { unsafe columns.correctPixels(base + y * stride, step: 3) } }
    if let rows { for x in 0..<size.width { unsafe rows.correctPixels(base + 3 * x, step: stride) } }
  }

  /// Takes padding out of the last column and row of a plane of 8 bits, as far as that can be known.
  package borrowing func correct(columns: PaddedEdge?, rows: PaddedEdge?) {
    precondition(depth == .eight, "JPEG has 8 bits")
    if let columns {
      for y in 0..<size.height {
        let line = unsafe row(y).assumingMemoryBound(to: UInt8.self)
        // SAFETY: the edge lies within the row's samples, which are `channels` bytes apart.
        for channel in 0..<channels { unsafe columns.correct(line + channel, step: channels) }
      }
    }
    if let rows {
      let base = unsafe self.base.assumingMemoryBound(to: UInt8.self)
      // SAFETY: the edge lies within the plane's rows, which are `stride` bytes apart.
      for offset in 0..<rowByteCount { unsafe rows.correct(base + offset, step: stride) }
    }
  }
}
