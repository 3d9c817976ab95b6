/// One axis of a resampling, without the filter: what part of how many samples becomes how many.
struct Axis: Hashable, Sendable {
  /// Samples that are there.
  let extent: Int
  /// The part shown: `origin ..< origin + length`, in samples.
  let origin: Double
  let length: Double
  /// Samples wanted.
  let count: Int

  /// Source samples to one output sample.
  var scale: Double { length / Double(count) }

  /// Whether each output sample is a source sample.
  var isCopy: Bool {
    length == Double(count) && origin == origin.rounded() && origin >= 0 && origin + length <= Double(extent)
  }
}

/// The weights of one axis: output sample `i` is the sum of `weight[i, t] * source[first[i] + t]`.
///
/// The kernel is stretched by the scale where the axis shrinks, so that it averages all that an output sample covers.
/// Samples that are not there get no weight, and the others are scaled to a sum of 1. Each row's weights are whole
/// multiples of `1 / 2^precision` that sum to exactly `2^precision`: so a constant stays constant. The rounding error
/// is carried from tap to tap, which keeps each weight within 1 of its true value and the error out of flat parts.
///
/// For kernels that take two taps at a time every row has the same even number of taps and starts at an even index;
/// taps that fill up have weight 0. `first + tapCount` is at most the extent, rounded up to even.
final class Weights: Sendable {
  let axis: Axis
  let tapCount: Int
  /// `integers` are the weights times 2 to this power.
  let precision: Int
  /// `axis.count` rows of `tapCount`.
  let integers: [Int16]
  /// The same weights, rounded only to `Float`, for samples of 16 bits.
  let floats: [Float]
  let first: [Int32]

  /// Weights whose sums fit `Int32`.
  ///
  /// For samples of at most M in magnitude and a sum of magnitudes S of a row's integers, every partial sum, with a
  /// rounding term of up to 2^(precision + 6), is at most S * M + 2^(precision + 6), and the precision is the largest
  /// up to 20 that keeps this below 2^31 and each weight below 2^15.
  /// - Parameter largestSample: the largest magnitude that a sample can have.
  init(_ kernel: Kernel, axis: Axis, largestSample: Int) {
    let rows = axis.isCopy ? Weights.copying(axis) : Weights.exact(kernel, axis)
    var largest = 0.0
    var largestSum = 0.0
    var mostTaps = 2
    for row in rows {
      largest = row.weights.reduce(largest) { max($0, abs($1)) }
      largestSum = max(largestSum, row.weights.reduce(0) { $0 + abs($1) })
      let start = row.first & ~1
      mostTaps = max(mostTaps, (row.first + row.weights.count - start + 1) & ~1)
    }
    var precision = 20
    while true {
      let unit = Double(1 << precision)
      // Rounding moves a weight by at most 1, so a sum by at most the taps.
      let fits = largest * unit + 1 <= 32767
      let sum = (largestSum * unit + Double(mostTaps)) * Double(largestSample) + 64 * unit
      if fits && sum < 2_147_483_647 { break }
      precision -= 1
    }
    precondition(precision >= 8, "weights of a kernel that is 1 in sum need few bits before the point")

    let evenExtent = (axis.extent + 1) & ~1
    var integers = [Int16](repeating: 0, count: axis.count * mostTaps)
    var floats = [Float](repeating: 0, count: axis.count * mostTaps)
    var first = [Int32](repeating: 0, count: axis.count)
    for (index, row) in rows.enumerated() {
      let start = min(row.first & ~1, evenExtent - mostTaps)
      first[index] = Int32(start)
      var carried = 0.0
      let at = index * mostTaps + row.first - start
      for (tap, weight) in row.weights.enumerated() {
        let wanted = weight * Double(1 << precision) + carried
        let whole = wanted.rounded()
        carried = wanted - whole
        integers[at + tap] = Int16(whole)
        floats[at + tap] = Float(weight)
      }
    }
    self.axis = axis
    self.tapCount = mostTaps
    self.precision = precision
    self.integers = integers
    self.floats = floats
    self.first = first
  }

  /// One output sample's weights, of sum 1, over the samples that are there.
  struct Row {
    var first: Int
    var weights: [Double]
  }

  /// Each output sample's true weights; their convention is that sample `i` lies at `i + 1/2`.
  static func exact(_ kernel: Kernel, _ axis: Axis) -> [Row] {
    let stretch = max(axis.scale, 1)
    let reach = kernel.support * stretch
    return (0..<axis.count).map { index in
      // A point outside of the samples is taken for the border's, where half of the kernel has samples to weigh.
      let centre = min(max(axis.origin + (Double(index) + 0.5) * axis.scale, 0), Double(axis.extent))
      let first = max(0, Int((centre - reach + 0.5).rounded(.down)))
      let end = min(axis.extent, Int((centre + reach + 0.5).rounded(.down)))
      var weights = (first..<max(end, first)).map { kernel.value(at: (Double($0) + 0.5 - centre) / stretch) }
      let sum = weights.reduce(0, +)
      guard sum > 0 else { return Row(first: min(Int(centre), axis.extent - 1), weights: [1]) }
      for tap in weights.indices { weights[tap] /= sum }
      return Row(first: first, weights: weights)
    }
  }

  private static func copying(_ axis: Axis) -> [Row] {
    (0..<axis.count).map { Row(first: Int(axis.origin) + $0, weights: [1]) }
  }
}
