import Testing

@testable import ImageCore

@Suite struct WeightsTests {
  /// Reductions by small and large factors, enlargement, parts, and boxes that extend beyond the source.
  static let axes: [ResampleAxis] = [
    ResampleAxis(extent: 401, origin: 0, length: 401, count: 100),
    ResampleAxis(extent: 401, origin: 0, length: 401, count: 400),
    ResampleAxis(extent: 23, origin: 0, length: 23, count: 91), ResampleAxis(extent: 1, origin: 0, length: 1, count: 7),
    ResampleAxis(extent: 1000, origin: 0, length: 1000, count: 1),
    ResampleAxis(extent: 37, origin: 3.25, length: 20.5, count: 9),
    ResampleAxis(extent: 37, origin: -0.5, length: 38, count: 12),
    ResampleAxis(extent: 20, origin: 10, length: 12.75, count: 40),
    ResampleAxis(extent: 5000, origin: 0, length: 4999.5, count: 17),
  ]

  @Test("Integer weights sum to exactly one, each within one unit of its true value", arguments: Kernel.allCases)
  func rounding(kernel: Kernel) throws {
    for axis in WeightsTests.axes {
      for largest in [255, 32768] {
        let weights = try Weights(kernel, axis: axis, largestSample: largest, form: .integers)
        let exact = try ReferenceWeights(kernel, axis)
        let unit = Double(1 << weights.precision)
        for index in 0..<axis.count {
          let integers = (index * weights.tapCount..<(index + 1) * weights.tapCount).map { Int(weights.integers[$0]) }
          #expect(integers.reduce(0, +) == 1 << weights.precision)
          #expect(integers.reduce(0) { $0 + abs($1) } * largest + 64 << weights.precision <= Int(Int32.max))
          var expected = [Double](repeating: 0, count: weights.tapCount)
          let start = Int(exact.first[index] - weights.first[index])
          for tap in 0..<Int(exact.taps[index]) { expected[start + tap] = exact.values[index * exact.capacity + tap] }
          let worst = zip(integers, expected).map { abs(Double($0) - $1 * unit) }.max() ?? 0
          #expect(worst <= 1.000001)
        }
      }
    }
  }

  @Test("Rows of weights start at even samples and end within the extent", arguments: Kernel.allCases)
  func positions(kernel: Kernel) throws {
    for axis in WeightsTests.axes {
      let weights = try Weights(kernel, axis: axis, largestSample: 255, form: .integers)
      let floats = try Weights(kernel, axis: axis, largestSample: 255, form: .floats)
      #expect(weights.tapCount % 2 == 0)
      for first in weights.first.all.map(Int.init) {
        #expect(first % 2 == 0 && first >= 0 && first + weights.tapCount <= (axis.extent + 1) & ~1)
      }
      // Padding of an odd extent has no weight.
      for index in 0..<axis.count {
        for tap in 0..<weights.tapCount where Int(weights.first[index]) + tap >= axis.extent {
          #expect(weights.integers[index * weights.tapCount + tap] == 0)
          #expect(floats.floats[index * weights.tapCount + tap] == 0)
        }
      }
    }
  }

  @Test("Shrinking stretches the kernel over all that an output sample covers")
  func stretch() throws {
    let weights = try ReferenceWeights(.box, ResampleAxis(extent: 12, origin: 0, length: 12, count: 3))
    #expect(weights.first.all == [0, 4, 8])
    #expect(weights.taps.all == [4, 4, 4])
    #expect(Array(weights.values.all[weights.capacity..<weights.capacity + 4]) == [0.25, 0.25, 0.25, 0.25])
  }

  @Test("A whole offset without scaling copies each sample, for any kernel", arguments: Kernel.allCases)
  func copying(kernel: Kernel) throws {
    let weights = try Weights(
      kernel, axis: ResampleAxis(extent: 9, origin: 2, length: 5, count: 5), largestSample: 32768, form: .integers)
    for index in 0..<5 {
      let taps = (0..<weights.tapCount).filter { weights.integers[index * weights.tapCount + $0] != 0 }
      #expect(taps.map { Int(weights.first[index]) + $0 } == [index + 2])
    }
  }
}

extension UncheckedArray {
  fileprivate var all: [Element] { indices.map { self[$0] } }
}
