/// The last sample of an axis that a picture covers only in part, because a decoder that shrinks takes the mean of picture and
/// padding there. JPEG leaves it to the encoder what the padding is: any color.
///
/// Of such a mean s, with the share c of picture, the picture's own mean p is not known, but its bounds are: as the padding
/// is within 0...255, p lies between (s - (1 - c) 255) / c and s / c. In these bounds it is taken for as near to s as the
/// samples before it make likely: no farther out of their range than twice the width of that. So what most encoders do, to
/// repeat the picture's last pixels, is left as it is (over photographs the distance from the best that could be is the same
/// with and without this), and on plain ground, where it is seen, padding of another color is not. The geometry stays.
package struct PaddedEdge: Hashable, Sendable {
  /// The samples that padding has a part in: from the first to the last that shows any picture.
  package let samples: Range<Int>
  /// How much of these is picture at least: above 0, below 1.
  private let share: Float

  /// Samples before the edge whose range is looked at.
  package static let trusted = 3
  /// What is closer to that range than this counts as inside, and a range no wider than this as plain ground.
  private static let tolerance: Float = 2
  /// How far a decoded mean may be from the true one, by quantization.
  private static let noise: Float = 3

  /// Nil where the last sample is all picture, or the first is not.
  /// - Parameters:
  ///   - length: of the picture on this axis, in pixels.
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
  @unsafe fileprivate func correct(_ line: UnsafeMutablePointer<UInt8>, step: Int) {
    var (low, high) = (UInt8.max, UInt8.min)
    for index in needed.lowerBound..<samples.lowerBound {
      let sample = unsafe line[index * step]
      (low, high) = (min(low, sample), max(high, sample))
    }
    guard low <= high else { return }
    let likely = 2 * max(Float(high - low) - PaddedEdge.tolerance, 0)
    let (least, most) = (Float(low) - likely, Float(high) + likely)
    for index in samples {
      let mean = unsafe Float(line[index * step])
      if mean >= least - PaddedEdge.tolerance && mean <= most + PaddedEdge.tolerance { continue }
      let bounds = ((mean - PaddedEdge.noise - (1 - share) * 255) / share, (mean + PaddedEdge.noise) / share)
      let nearest = min(max(min(max(mean, least), most), bounds.0), bounds.1)
      unsafe line[index * step] = UInt8(min(max(nearest, 0), 255).rounded())
    }
  }
}

extension Plane {
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
