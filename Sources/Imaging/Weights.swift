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

  /// The samples that get weights by a kernel, and some around them: from a whole line of memory on.
  func reached(by kernel: Kernel) -> Range<Int> {
    let reach = kernel.support * max(scale, 1) + 2
    let start = min(max(Int(origin - reach), 0), extent - 1) & ~63
    return start..<max(start + 1, min(extent, Int(origin + length + reach) + 1))
  }

  /// The same axis of those samples alone.
  func within(_ samples: Range<Int>) -> Axis {
    Axis(extent: samples.count, origin: origin - Double(samples.lowerBound), length: length, count: count)
  }

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
    let exact = axis.isCopy ? ExactWeights(copying: axis) : ExactWeights(kernel, axis)
    let tapCount = (0..<axis.count).reduce(2) { most, index in
      let start = exact.first[index] & ~1
      return max(most, (exact.first[index] + exact.taps[index] - start + 1) & ~1)
    }
    let precision = Weights.precision(of: exact, tapCount: tapCount, largestSample: largestSample)
    let unit = Double(1 << precision)
    let evenExtent = (axis.extent + 1) & ~1
    var integers = [Int16](repeating: 0, count: axis.count * tapCount)
    var floats = [Float](repeating: 0, count: axis.count * tapCount)
    var first = [Int32](repeating: 0, count: axis.count)
    for index in 0..<axis.count {
      let start = min(exact.first[index] & ~1, evenExtent - tapCount)
      first[index] = Int32(start)
      let (from, to) = (index * exact.capacity, index * tapCount + exact.first[index] - start)
      var carried = 0.0
      for tap in 0..<exact.taps[index] {
        let weight = exact.values[from + tap]
        let wanted = weight * unit + carried
        // To the nearest: a sum of 1.5 * 2^52 keeps no fraction.
        let whole = (wanted + 6_755_399_441_055_744) - 6_755_399_441_055_744
        carried = wanted - whole
        integers[to + tap] = Int16(whole)
        floats[to + tap] = Float(weight)
      }
    }
    self.axis = axis
    self.tapCount = tapCount
    self.precision = precision
    self.integers = integers
    self.floats = floats
    self.first = first
  }

  private static func precision(of exact: ExactWeights, tapCount: Int, largestSample: Int) -> Int {
    var (largest, largestSum) = (0.0, 0.0)
    for index in exact.first.indices {
      var sum = 0.0
      for at in index * exact.capacity..<index * exact.capacity + exact.taps[index] {
        let magnitude = abs(exact.values[at])
        largest = max(largest, magnitude)
        sum += magnitude
      }
      largestSum = max(largestSum, sum)
    }
    // Rounding carries its error on and turns no weight's sign, so where weights of one sign follow each other it moves
    // the sum of their magnitudes by at most 1; no kernel changes its sign more than four times. Nor does it move a weight by
    // more than 1, which is the better bound for few taps.
    let fitting = stride(from: 20, through: 8, by: -1).first { precision in
      let unit = Double(1 << precision)
      let sum = (largestSum * unit + Double(min(tapCount, 8))) * Double(largestSample) + 64 * unit
      return largest * unit + 1 <= 32767 && sum < 2_147_483_647
    }
    guard let fitting else { preconditionFailure("weights of sum 1 need few bits before the point") }
    return fitting
  }
}

/// The true weights of an axis, in double precision: for each output sample those of the source samples that are there,
/// scaled to a sum of 1.
struct ExactWeights {
  /// By output sample: the first source sample, and how many there are.
  private(set) var first: [Int]
  private(set) var taps: [Int]
  /// `capacity` to each output sample, of which the first `taps` count.
  private(set) var values: [Double]
  let capacity: Int

  init(_ kernel: Kernel, _ axis: Axis) {
    let stretch = max(axis.scale, 1)
    let reach = kernel.support * stretch
    capacity = Int(2 * reach) + 2
    first = [Int](repeating: 0, count: axis.count)
    taps = [Int](repeating: 1, count: axis.count)
    values = [Double](repeating: 0, count: axis.count * capacity)
    for index in 0..<axis.count {
      // A point outside of the samples is taken for the border's, where half of the kernel has samples to weigh.
      let centre = min(max(axis.origin + (Double(index) + 0.5) * axis.scale, 0), Double(axis.extent))
      let start = Int(max(0, centre - reach + 0.5))
      let count = min(axis.extent, Int(centre + reach + 0.5)) - start
      let place = index * capacity..<index * capacity + max(count, 0)
      kernel.fill(&values, place, start: (Double(start) + 0.5 - centre) / stretch, step: 1 / stretch)
      var sum = 0.0
      for at in place { sum += values[at] }
      guard sum > 0 else {
        // No sample is near enough for a narrow kernel: the nearest one alone.
        first[index] = min(Int(centre), axis.extent - 1)
        values[index * capacity] = 1
        continue
      }
      for at in place { values[at] /= sum }
      first[index] = start
      taps[index] = count
    }
  }

  /// Each output sample is a source sample.
  init(copying axis: Axis) {
    capacity = 1
    first = (0..<axis.count).map { Int(axis.origin) + $0 }
    taps = [Int](repeating: 1, count: axis.count)
    values = [Double](repeating: 1, count: axis.count)
  }
}
