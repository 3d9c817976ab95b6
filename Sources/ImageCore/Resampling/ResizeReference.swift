/// The reference implementation of `Resampler.resized`: the same bytes, with loops over single samples. Tests compare the two.
///
/// It defines the arithmetic. Samples of 8 bits: the vertical sum is rounded to a 64th and clamped to 16 bits; the horizontal sum
/// of these is rounded once more, to the output. Samples of 16 bits: `Float` sums, with taps in order, product and sum each
/// rounded (never fused), and one rounding to nearest, ties to even.
enum ResizeReference {
  static func resized(
    _ source: borrowing Plane, rect: SourceRect, to size: PixelSize, kernel: Kernel, depth: SampleDepth? = nil,
    from pool: BufferPool
  ) throws(OutOfMemory) -> Plane {
    let form: Weights.Form = source.depth == .eight ? .integers : .floats
    let vertical = try Weights(kernel, axis: rect.down(source.size, to: size), largestSample: 255, form: form)
    let horizontal = try Weights(kernel, axis: rect.across(source.size, to: size), largestSample: 32768, form: form)
    let result = try Plane(size: size, channels: source.channels, depth: depth ?? source.depth, from: pool)
    switch source.depth {
    case .eight: resizeIntegers(source, vertical, horizontal, into: result)
    case .sixteen: resizeFloats(source, vertical, horizontal, into: result)
    }
    return result
  }

  private static func resizeIntegers(
    _ source: borrowing Plane, _ vertical: Weights, _ horizontal: Weights, into result: borrowing Plane
  ) {
    let channels = source.channels
    var middle = [Int32](repeating: 0, count: source.size.width * channels)
    for y in 0..<result.size.height {
      let down = vertical.precision - 6
      for column in middle.indices {
        var sum = Int32(1) << (down - 1)
        for tap in 0..<vertical.tapCount {
          let row = Int(vertical.first[y]) + tap
          guard row < source.size.height else { break }
          // SAFETY: a row of the source has width * channels samples of 8 bits.
          let sample = unsafe source.row(row).load(fromByteOffset: column, as: UInt8.self)
          sum += Int32(vertical.integers[y * vertical.tapCount + tap]) * Int32(sample)
        }
        middle[column] = min(max(sum >> down, -32768), 32767)
      }
      for x in 0..<result.size.width {
        for channel in 0..<channels {
          var sum: Int32 = 0
          for tap in 0..<horizontal.tapCount {
            let column = Int(horizontal.first[x]) + tap
            guard column < source.size.width else { break }
            sum += Int32(horizontal.integers[x * horizontal.tapCount + tap]) * middle[column * channels + channel]
          }
          let index = x * channels + channel
          // SAFETY: a row of the result has width * channels samples of its depth.
          switch result.depth {
          case .eight:
            let down = horizontal.precision + 6
            let sample = min(max((sum + 1 << (down - 1)) >> down, 0), 255)
            unsafe result.row(y).storeBytes(of: UInt8(sample), toByteOffset: index, as: UInt8.self)
          case .sixteen:
            // 257 = 65535 / 255. The sum is first reduced to 4096ths, so that the product fits 32 bits.
            let down = horizontal.precision + 6 - 12
            let fine = (sum + 1 << (down - 1)) >> down
            let sample = min(max((fine * 257 + 2048) >> 12, 0), 65535)
            unsafe result.row(y).storeBytes(of: UInt16(sample), toByteOffset: 2 * index, as: UInt16.self)
          }
        }
      }
    }
  }

  private static func resizeFloats(
    _ source: borrowing Plane, _ vertical: Weights, _ horizontal: Weights, into result: borrowing Plane
  ) {
    let channels = source.channels
    var middle = [Float](repeating: 0, count: source.size.width * channels)
    for y in 0..<result.size.height {
      for column in middle.indices {
        var sum: Float = 0
        for tap in 0..<vertical.tapCount {
          let row = Int(vertical.first[y]) + tap
          guard row < source.size.height else { break }
          // SAFETY: a row of the source has width * channels samples of 16 bits.
          let sample = unsafe source.row(row).load(fromByteOffset: 2 * column, as: UInt16.self)
          sum += vertical.floats[y * vertical.tapCount + tap] * Float(sample)
        }
        middle[column] = sum
      }
      for x in 0..<result.size.width {
        for channel in 0..<channels {
          var sum: Float = 0
          for tap in 0..<horizontal.tapCount {
            let column = Int(horizontal.first[x]) + tap
            guard column < source.size.width else { break }
            sum += horizontal.floats[x * horizontal.tapCount + tap] * middle[column * channels + channel]
          }
          let index = x * channels + channel
          // SAFETY: a row of the result has width * channels samples of its depth.
          switch result.depth {
          case .eight:
            let sample = UInt8(min(max(sum * (1 / 257), 0), 255).rounded(.toNearestOrEven))
            unsafe result.row(y).storeBytes(of: sample, toByteOffset: index, as: UInt8.self)
          case .sixteen:
            let sample = UInt16(min(max(sum, 0), 65535).rounded(.toNearestOrEven))
            unsafe result.row(y).storeBytes(of: sample, toByteOffset: 2 * index, as: UInt16.self)
          }
        }
      }
    }
  }
}
