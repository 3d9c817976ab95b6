import TestSupport

@testable import ImageCore

/// The reference implementation of `Resampler.resized`: the same bytes, with loops over single samples. Tests compare the two.
///
/// It defines the arithmetic. Samples of 8 bits: the vertical sum is rounded to a 64th and clamped to 16 bits; the horizontal sum
/// of these is rounded once more, to the output. Samples of 16 bits: `Float` sums, with taps in order, product and sum each
/// rounded (never fused), and one rounding to nearest, ties to even.
enum ResizeReference {
  /// - Returns: the samples, row by row.
  static func resized(
    _ source: borrowing Plane, rect: SourceRect, to size: PixelSize, kernel: Kernel, depth: SampleDepth? = nil
  ) throws(OutOfMemory) -> [Int] {
    let form: Weights.Form = source.depth == .eight ? .integers : .floats
    let vertical = Axis(
      try Weights(kernel, axis: rect.down(source.size, to: size), largestSample: 255, form: form),
      extent: source.size.height)
    let horizontal = Axis(
      try Weights(kernel, axis: rect.across(source.size, to: size), largestSample: 32768, form: form),
      extent: source.size.width)
    let samples = source.samples
    return switch source.depth {
    case .eight:
      resizedIntegers(samples, source.channels, vertical, horizontal, to: size, depth: depth ?? .eight)
    case .sixteen:
      resizedFloats(samples, source.channels, vertical, horizontal, to: size, depth: depth ?? .sixteen)
    }
  }

  /// The weights of one axis in arrays.
  private struct Axis {
    let tapCount, precision, extent: Int
    let first: [Int]
    let integers: [Int32]
    let floats: [Float]

    init(_ weights: Weights, extent: Int) {
      (tapCount, precision, self.extent) = (weights.tapCount, weights.precision, extent)
      first = weights.first.indices.map { Int(weights.first[$0]) }
      integers = weights.integers.indices.map { Int32(weights.integers[$0]) }
      floats = weights.floats.indices.map { weights.floats[$0] }
    }

    /// The taps of an output sample; taps that fill up reach one sample past the last at most.
    func taps(_ index: Int) -> Range<Int> { 0..<min(tapCount, extent - first[index]) }
  }

  /// In numbers of 32 bits, which end the tests where a sum does not fit.
  private static func resizedIntegers(
    _ samples: [Int], _ channels: Int, _ vertical: Axis, _ horizontal: Axis, to size: PixelSize, depth: SampleDepth
  ) -> [Int] {
    var result: [Int] = []
    var middle = [Int32](repeating: 0, count: horizontal.extent * channels)
    for y in 0..<size.height {
      let down = vertical.precision - 6
      for column in middle.indices {
        var sum = Int32(1) << (down - 1)
        for tap in vertical.taps(y) {
          let sample = samples[(vertical.first[y] + tap) * middle.count + column]
          sum += vertical.integers[y * vertical.tapCount + tap] * Int32(sample)
        }
        middle[column] = min(max(sum >> down, -32768), 32767)
      }
      for x in 0..<size.width {
        for channel in 0..<channels {
          var sum: Int32 = 0
          for tap in horizontal.taps(x) {
            let sample = middle[(horizontal.first[x] + tap) * channels + channel]
            sum += horizontal.integers[x * horizontal.tapCount + tap] * sample
          }
          switch depth {
          case .eight:
            let down = horizontal.precision + 6
            result.append(Int(min(max((sum + 1 << (down - 1)) >> down, 0), 255)))
          case .sixteen:
            // 257 = 65535 / 255; the sum is brought to 4096ths before, so that the product fits 32 bits.
            let down = horizontal.precision + 6 - 12
            let fine = (sum + 1 << (down - 1)) >> down
            result.append(Int(min(max((fine * 257 + 2048) >> 12, 0), 65535)))
          }
        }
      }
    }
    return result
  }

  private static func resizedFloats(
    _ samples: [Int], _ channels: Int, _ vertical: Axis, _ horizontal: Axis, to size: PixelSize, depth: SampleDepth
  ) -> [Int] {
    var result: [Int] = []
    var middle = [Float](repeating: 0, count: horizontal.extent * channels)
    for y in 0..<size.height {
      for column in middle.indices {
        var sum: Float = 0
        for tap in vertical.taps(y) {
          let sample = samples[(vertical.first[y] + tap) * middle.count + column]
          sum += vertical.floats[y * vertical.tapCount + tap] * Float(sample)
        }
        middle[column] = sum
      }
      for x in 0..<size.width {
        for channel in 0..<channels {
          var sum: Float = 0
          for tap in horizontal.taps(x) {
            let sample = middle[(horizontal.first[x] + tap) * channels + channel]
            sum += horizontal.floats[x * horizontal.tapCount + tap] * sample
          }
          switch depth {
          case .eight: result.append(Int(min(max(sum * (1 / 257), 0), 255).rounded(.toNearestOrEven)))
          case .sixteen: result.append(Int(min(max(sum, 0), 65535).rounded(.toNearestOrEven)))
          }
        }
      }
    }
    return result
  }
}
