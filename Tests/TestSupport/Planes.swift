package import ImageCore

// Conversion between planes and arrays, so that tests can specify pixels.

extension Plane {
  /// A plane whose samples are the results of `value` at (x, y, channel).
  package static func made(
    _ width: Int, _ height: Int, channels: Int = 1, depth: SampleDepth = .eight, from pool: BufferPool = BufferPool(),
    _ value: (_ x: Int, _ y: Int, _ channel: Int) -> Int
  ) -> Plane {
    guard
      let plane = try? Plane(
        size: PixelSize(width: width, height: height), channels: channels, depth: depth, from: pool)
    else { fatalError("a test's image fits into memory") }
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channels {
          plane.set(value(x, y, channel), x, y, channel)
        }
      }
    }
    return plane
  }

  package func sample(_ x: Int, _ y: Int, _ channel: Int = 0) -> Int {
    precondition((0..<size.width).contains(x) && (0..<size.height).contains(y) && (0..<channels).contains(channel))
    let offset = x * channels + channel
    switch depth {
    case .eight: return unsafe Int(row(y).load(fromByteOffset: offset, as: UInt8.self))
    case .sixteen: return unsafe Int(row(y).load(fromByteOffset: offset * 2, as: UInt16.self))
    }
  }

  private func set(_ value: Int, _ x: Int, _ y: Int, _ channel: Int) {
    let offset = x * channels + channel
    switch depth {
    case .eight: unsafe row(y).storeBytes(of: UInt8(value), toByteOffset: offset, as: UInt8.self)
    case .sixteen: unsafe row(y).storeBytes(of: UInt16(value), toByteOffset: offset * 2, as: UInt16.self)
    }
  }

  /// All samples, row by row.
  package var samples: [Int] {
    var samples: [Int] = []
    samples.reserveCapacity(size.height * size.width * channels)
    for y in 0..<size.height {
      for x in 0..<size.width {
        for channel in 0..<channels { samples.append(sample(x, y, channel)) }
      }
    }
    return samples
  }
}
