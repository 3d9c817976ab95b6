/// The geometry of one axis of a resampling: which part of how many source samples becomes how many output samples.
struct ResampleAxis: Hashable, Sendable {
  /// Number of source samples.
  let extent: Int
  /// The part shown: `origin ..< origin + length`, in samples.
  let origin: Double
  let length: Double
  /// Number of output samples.
  let count: Int

  /// Source samples per output sample.
  var scale: Double { length / Double(count) }

  /// The samples that a kernel gives weights to, and some around them. The range starts at a multiple of 64 samples.
  func reached(by kernel: Kernel) -> Range<Int> {
    let reach = kernel.support * max(scale, 1) + 2
    let start = min(max(Int(origin - reach), 0), extent - 1) & ~63
    return start..<max(start + 1, min(extent, Int(origin + length + reach) + 1))
  }

  /// The same axis, restricted to those samples.
  func within(_ samples: Range<Int>) -> ResampleAxis {
    ResampleAxis(extent: samples.count, origin: origin - Double(samples.lowerBound), length: length, count: count)
  }

  /// Whether each output sample is a source sample.
  var isCopy: Bool {
    length == Double(count) && origin == origin.rounded() && origin >= 0 && origin + length <= Double(extent)
  }
}

/// The weights of one axis: output sample `i` is the sum of `weight[i, t] * source[first[i] + t]`.
///
/// Where the axis shrinks, the kernel is stretched by the scale, so that it averages all that an output sample covers. Samples
/// outside the source get no weight, and the other weights are scaled to a sum of 1.
///
/// The weights of each row are multiples of `1 / 2^precision` that sum to exactly `2^precision` units, so a constant stays
/// constant. The rounding error is carried from tap to tap. That keeps each weight within 1 of its true value, and the error out
/// of flat parts.
///
/// Kernels take two taps at a time. For them every row has the same even number of taps and starts at an even index, and padding
/// taps have weight 0. `first + tapCount` is at most the extent, rounded up to even.
final class Weights: Sendable {
  let axis: ResampleAxis
  let tapCount: Int
  /// `integers` are the weights times 2 to this power.
  let precision: Int
  /// `axis.count` rows of `tapCount`; empty if the form is `floats`.
  let integers: UncheckedArray<Int16>
  /// The same weights, rounded only to `Float`, for samples of 16 bits; empty if the form is `integers`.
  let floats: UncheckedArray<Float>
  let first: UncheckedArray<Int32>

  /// The form of the weights, which follows from the depth of the samples.
  enum Form { case integers, floats }

  /// Weights whose sums fit `Int32`.
  ///
  /// Let M be the largest magnitude of a sample, and S the sum of magnitudes of a row's integers. With a rounding term of up to
  /// 2^(precision + 6), every partial sum is at most S * M + 2^(precision + 6). The precision is the largest up to 20 that keeps
  /// this below 2^31 and each weight below 2^15.
  /// - Parameter largestSample: the largest magnitude that a sample can have.
  init(_ kernel: Kernel, axis: ResampleAxis, largestSample: Int, form: Form) throws(OutOfMemory) {
    let exact = axis.isCopy ? try ReferenceWeights(copying: axis) : try ReferenceWeights(kernel, axis)
    var tapCount = 2
    for index in 0..<axis.count {
      let first = exact.first[index]
      tapCount = max(tapCount, Int((first + exact.taps[index] - first & ~1 + 1) & ~1))
    }
    let precision = Weights.precision(of: exact, tapCount: tapCount, largestSample: largestSample)
    let unit = Double(1 << precision)
    let evenExtent = (axis.extent + 1) & ~1
    let count = axis.count * tapCount
    var integers = try UncheckedArray<Int16>(repeating: 0, count: form == .integers ? count : 0)
    var floats = try UncheckedArray<Float>(repeating: 0, count: form == .floats ? count : 0)
    var first = try UncheckedArray<Int32>(repeating: 0, count: axis.count)
    for index in 0..<axis.count {
      let exactFirst = Int(exact.first[index])
      let start = min(exactFirst & ~1, evenExtent - tapCount)
      first[index] = Int32(start)
      let (from, to) = (index * exact.capacity, index * tapCount + exactFirst - start)
      let taps = Int(exact.taps[index])
      if form == .floats {
        for tap in 0..<taps { floats[to + tap] = Float(exact.values[from + tap]) }
        continue
      }
      var carried = 0.0
      for tap in 0..<taps {
        let weight = exact.values[from + tap]
        let wanted = weight * unit + carried
        // Rounds to nearest: a sum near 1.5 * 2^52 keeps no fraction.
        let whole = (wanted + 6_755_399_441_055_744) - 6_755_399_441_055_744
        carried = wanted - whole
        integers[to + tap] = Int16(whole)
      }
    }
    self.axis = axis
    self.tapCount = tapCount
    self.precision = precision
    self.integers = integers
    self.floats = floats
    self.first = first
  }

  /// Upper bound of the memory for the weights of an axis, in bytes: while they are kept, and in addition while they are
  /// computed.
  static func maxByteCount(_ kernel: Kernel, _ axis: ResampleAxis, _ form: Form) -> (kept: Int, making: Int) {
    let capacity = ReferenceWeights.capacity(kernel, axis)
    // Taps start at an even sample, and their number is even.
    let row = (capacity + 2) * (form == .integers ? 2 : 4) + 4
    return (axis.count * row, axis.count * (capacity * 8 + 8))
  }

  var byteCount: Int { 2 * integers.count + 4 * floats.count + 4 * first.count }

  private static func precision(of exact: borrowing ReferenceWeights, tapCount: Int, largestSample: Int) -> Int {
    var (largest, largestSum) = (0.0, 0.0)
    for index in exact.first.indices {
      var sum = 0.0
      for at in index * exact.capacity..<index * exact.capacity + Int(exact.taps[index]) {
        let magnitude = abs(exact.values[at])
        largest = max(largest, magnitude)
        sum += magnitude
      }
      largestSum = max(largestSum, sum)
    }
    // Carrying the rounding error changes the sign of no weight. So within a run of weights of one sign, it changes the sum of
    // magnitudes by at most 1, and no kernel changes its sign more than four times. It also changes no weight by more than 1,
    // which is the better bound for few taps.
    let fitting = stride(from: 20, through: 8, by: -1).first { precision in
      let unit = Double(1 << precision)
      let sum = (largestSum * unit + Double(min(tapCount, 8))) * Double(largestSample) + 64 * unit
      return largest * unit + 1 <= 32767 && sum < 2_147_483_647
    }
    guard let fitting else { preconditionFailure("weights of sum 1 need few bits before the point") }
    return fitting
  }
}

/// The true weights of an axis, in double precision: for each output sample those of the source samples within the extent, scaled
/// to a sum of 1.
struct ReferenceWeights: ~Copyable {
  /// Per output sample, the first source sample and the number of source samples.
  let first: UncheckedArray<Int32>
  let taps: UncheckedArray<Int32>
  /// `capacity` values per output sample. Only the first `taps` are used.
  let values: UncheckedArray<Double>
  let capacity: Int

  /// Maximum number of source samples that an output sample depends on.
  static func capacity(_ kernel: Kernel, _ axis: ResampleAxis) -> Int {
    Int(2 * kernel.support * max(axis.scale, 1)) + 2
  }

  init(_ kernel: Kernel, _ axis: ResampleAxis) throws(OutOfMemory) {
    let stretch = max(axis.scale, 1)
    let reach = kernel.support * stretch
    capacity = ReferenceWeights.capacity(kernel, axis)
    var first = try UncheckedArray<Int32>(repeating: 0, count: axis.count)
    var taps = try UncheckedArray<Int32>(repeating: 1, count: axis.count)
    var values = try UncheckedArray<Double>(repeating: 0, count: axis.count * capacity)
    for index in 0..<axis.count {
      // A center outside the samples is moved to the border, where half of the kernel covers samples.
      let center = min(max(axis.origin + (Double(index) + 0.5) * axis.scale, 0), Double(axis.extent))
      let start = Int(max(0, center - reach + 0.5))
      let count = min(axis.extent, Int(center + reach + 0.5)) - start
      let position = index * capacity..<index * capacity + max(count, 0)
      kernel.fill(&values, position, start: (Double(start) + 0.5 - center) / stretch, step: 1 / stretch)
      var sum = 0.0
      for at in position { sum += values[at] }
      guard sum > 0 else {
        // No sample is close enough for a narrow kernel: uses the nearest one alone.
        first[index] = Int32(min(Int(center), axis.extent - 1))
        values[index * capacity] = 1
        continue
      }
      for at in position { values[at] /= sum }
      first[index] = Int32(start)
      taps[index] = Int32(count)
    }
    self.first = first
    self.taps = taps
    self.values = values
  }

  /// Each output sample is a source sample.
  init(copying axis: ResampleAxis) throws(OutOfMemory) {
    capacity = 1
    var first = try UncheckedArray<Int32>(repeating: 0, count: axis.count)
    for index in 0..<axis.count { first[index] = Int32(Int(axis.origin) + index) }
    let taps = try UncheckedArray<Int32>(repeating: 1, count: axis.count)
    let values = try UncheckedArray<Double>(repeating: 1, count: axis.count)
    self.first = first
    self.taps = taps
    self.values = values
  }
}
