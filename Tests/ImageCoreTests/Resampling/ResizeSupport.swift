import TestSupport

@testable import ImageCore

extension SampleDepth {
  var largest: Int { self == .eight ? 255 : 65535 }
}

extension Plane {
  /// Noise of the full range, with flat and extreme parts.
  static func noisy(
    _ width: Int, _ height: Int, channels: Int = 1, depth: SampleDepth = .eight, pool: BufferPool
  ) -> Plane {
    var noise = SeededNumbers(seed: UInt64(width * 31 + height * 7 + channels))
    return made(width, height, channels: channels, depth: depth, from: pool) { x, y, _ in
      switch (x / 8 + y / 8) % 3 {
      case 0: Int.random(in: 0...1, using: &noise) * depth.largest
      default: Int.random(in: 0...depth.largest, using: &noise)
      }
    }
  }
}

/// Describes the first difference between two planes' samples in one line.
func firstDifference(_ actual: [Int], _ expected: [Int]) -> String? {
  if actual.count != expected.count { return "\(actual.count) samples, not \(expected.count)" }
  let different = actual.indices.filter { actual[$0] != expected[$0] }
  guard let first = different.first else { return nil }
  return "\(different.count) of \(actual.count), the first at \(first): \(actual[first]), not \(expected[first])"
}

/// Resampling in double precision: one sum over the true weights of both axes, not rounded.
func exactResize(_ plane: borrowing Plane, rect: SourceRect, to size: PixelSize, kernel: Kernel) throws -> [Double] {
  let samples = plane.samples.map(Double.init)
  let across = try trueWeights(kernel, rect.across(plane.size, to: size))
  let down = try trueWeights(kernel, rect.down(plane.size, to: size))
  let (channels, width) = (plane.channels, plane.size.width)
  var result: [Double] = []
  for row in 0..<size.height {
    var line = [Double](repeating: 0, count: width * channels)
    for tap in 0..<Int(down.taps[row]) {
      let weight = down.values[row * down.capacity + tap]
      let start = (Int(down.first[row]) + tap) * width * channels
      for column in line.indices { line[column] += weight * samples[start + column] }
    }
    for column in 0..<size.width {
      for channel in 0..<channels {
        var sum = 0.0
        for tap in 0..<Int(across.taps[column]) {
          let weight = across.values[column * across.capacity + tap]
          sum += weight * line[(Int(across.first[column]) + tap) * channels + channel]
        }
        result.append(sum)
      }
    }
  }
  return result
}

/// The same with columns before rows. Both orders give the same numbers; this one is fast for a wide image that becomes narrow.
func exactResizeByColumns(_ plane: borrowing Plane, rect: SourceRect, to size: PixelSize, kernel: Kernel) throws
  -> [Double]
{
  let samples = plane.samples.map(Double.init)
  let across = try trueWeights(kernel, rect.across(plane.size, to: size))
  let down = try trueWeights(kernel, rect.down(plane.size, to: size))
  let (channels, height) = (plane.channels, plane.size.height)
  var narrow = [Double](repeating: 0, count: size.width * channels * height)
  for row in 0..<height {
    for column in 0..<size.width {
      for tap in 0..<Int(across.taps[column]) {
        let weight = across.values[column * across.capacity + tap]
        let start = (row * plane.size.width + Int(across.first[column]) + tap) * channels
        for channel in 0..<channels {
          narrow[(row * size.width + column) * channels + channel] += weight * samples[start + channel]
        }
      }
    }
  }
  let rowCount = size.width * channels
  var result = [Double](repeating: 0, count: rowCount * size.height)
  for row in 0..<size.height {
    for tap in 0..<Int(down.taps[row]) {
      let weight = down.values[row * down.capacity + tap]
      let start = (Int(down.first[row]) + tap) * rowCount
      for column in 0..<rowCount { result[row * rowCount + column] += weight * narrow[start + column] }
    }
  }
  return result
}

private func trueWeights(_ kernel: Kernel, _ axis: ResampleAxis) throws -> ReferenceWeights {
  axis.isCopy ? try ReferenceWeights(copying: axis) : try ReferenceWeights(kernel, axis)
}
