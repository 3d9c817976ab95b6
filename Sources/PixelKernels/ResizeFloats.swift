// Longer than most: the counterpart of IntegerPasses, pass by pass.

/// The passes of resampling 16-bit samples: the same structure as `IntegerPasses`, in `Float` and without pairs.
///
/// Each product and each sum is rounded separately, in the order of the taps, and never fused. So every build and the reference
/// implementation give the same bits. For samples up to 65535 a rounding error is at most 1/256, or 1/512 on average, without
/// bias.
///
/// Rows may be read, and output rows may be written, up to the next multiple of 32 samples. Samples with a weight of 0 may be
/// undefined, but they must be finite.
package enum FloatPasses {
  /// Bytes of one pair of `pairRows`, of one sample of `sumRows` and of one sample of `transpose`.
  package static let pairBytes = 8
  package static let rowSampleBytes = 4
  package static let columnSampleBytes = 32

  /// Alternates eight samples of the upper row, as `Float`, and eight of the lower row.
  @unsafe package static func pairRows(
    _ top: UnsafeRawPointer, _ bottom: UnsafeRawPointer, count: Int, into: UnsafeMutableRawPointer
  ) {
    var column = 0
    while column < count {
      let a = unsafe top.loadUnaligned(fromByteOffset: 2 * column, as: SIMD8<UInt16>.self)
      let b = unsafe bottom.loadUnaligned(fromByteOffset: 2 * column, as: SIMD8<UInt16>.self)
      unsafe into.storeBytes(of: SIMD8<Float>(a), toByteOffset: 8 * column, as: SIMD8<Float>.self)
      unsafe into.storeBytes(of: SIMD8<Float>(b), toByteOffset: 8 * column + 32, as: SIMD8<Float>.self)
      column += 8
    }
  }

  /// The weighted sum of source rows for one output row, added to its previous sums.
  /// - Parameters:
  ///   - pairs: `pairCount` rows of pairs, `stride` bytes apart.
  ///   - weights: two per row of pairs.
  ///   - sums: nil at the start.
  ///   - isWhole: no effect here: a complete row consists of its sums.
  @unsafe package static func sumRows(
    _ pairs: UnsafeRawPointer, stride: Int, weights: UnsafePointer<Float>, pairCount: Int, count: Int, precision: Int,
    sums: UnsafeRawPointer?, isWhole: Bool, into: UnsafeMutableRawPointer
  ) {
    var column = 0
    while column < count {
      var (a, b, c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
      if let sums = unsafe sums {
        let from = unsafe sums + 4 * column
        unsafe (a, b, c, d) = (lanes(from, 0), lanes(from, 32), lanes(from, 64), lanes(from, 96))
      }
      var row = unsafe pairs + 8 * column
      for pair in 0..<pairCount {
        let (upper, lower) = unsafe (
          SIMD8<Float>(repeating: weights[2 * pair]), SIMD8<Float>(repeating: weights[2 * pair + 1])
        )
        a = unsafe a + lanes(row, 0) * upper + lanes(row, 32) * lower
        b = unsafe b + lanes(row, 64) * upper + lanes(row, 96) * lower
        c = unsafe c + lanes(row, 128) * upper + lanes(row, 160) * lower
        d = unsafe d + lanes(row, 192) * upper + lanes(row, 224) * lower
        unsafe row += stride
      }
      let to = unsafe into + 4 * column
      unsafe to.storeBytes(of: a, as: SIMD8<Float>.self)
      unsafe to.storeBytes(of: b, toByteOffset: 32, as: SIMD8<Float>.self)
      unsafe to.storeBytes(of: c, toByteOffset: 64, as: SIMD8<Float>.self)
      unsafe to.storeBytes(of: d, toByteOffset: 96, as: SIMD8<Float>.self)
      column += 32
    }
  }

  /// For each sample, the values of eight rows: 32 bytes. Reads and writes whole groups of eight samples.
  @unsafe package static func transpose(
    _ rows: UnsafeRawPointer, stride: Int, channels: Int, count: Int, into: UnsafeMutableRawPointer
  ) {
    var column = 0
    while column < count {
      for half in 0..<4 {
        // Four columns of four rows: the left or right half of the eight columns, the upper or lower half of the rows.
        let (right, lower) = (half & 1, half >> 1)
        let from = unsafe rows + 4 * lower * stride + 4 * (column + 4 * right)
        let to = unsafe into + 32 * (column + 4 * right) + 16 * lower
        let (c0, c1, c2, c3) = unsafe transposed32(from, stride: stride)
        unsafe to.storeBytes(of: c0, as: Lanes.self)
        unsafe to.storeBytes(of: c1, toByteOffset: 32, as: Lanes.self)
        unsafe to.storeBytes(of: c2, toByteOffset: 64, as: Lanes.self)
        unsafe to.storeBytes(of: c3, toByteOffset: 96, as: Lanes.self)
      }
      column += 8
    }
  }

  /// The sums of eight rows, 32 bytes, for each channel of each of `count` output pixels.
  /// - Parameters:
  ///   - samples: the output of `transpose` for complete rows.
  ///   - first: the first column of each output pixel.
  ///   - weights: `2 * pairCount` per output pixel.
  @unsafe package static func sumColumns(
    _ samples: UnsafeRawPointer, channels: Int, first: UnsafePointer<Int32>, weights: UnsafePointer<Float>,
    pairCount: Int, count: Int, into: UnsafeMutableRawPointer
  ) {
    let taps = 2 * pairCount
    var to = unsafe into
    var weights = unsafe weights
    for pixel in 0..<count {
      let from = unsafe samples + Int(first[pixel]) * channels * 32
      switch channels {
      case 1: unsafe sumColumns1(from, weights, taps, to)
      case 2: unsafe sumColumns2(from, weights, taps, to)
      case 3: unsafe sumColumns3(from, weights, taps, to)
      default: unsafe sumColumns4(from, weights, taps, to)
      }
      unsafe to += channels * 32
      unsafe weights += taps
    }
  }

  /// Rounds the sums of 16-bit samples to the nearest 8-bit samples and clamps them. Stores the first `rows` of eight rows.
  ///
  /// Overwrites the sums. Stores whole groups of eight samples.
  @unsafe package static func store8(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer,
    stride: Int
  ) {
    var sample = 0
    while sample < count {
      let from = unsafe sums + 32 * sample
      let tile = unsafe transposed8((clamped8(from), clamped8(from + 64), clamped8(from + 128), clamped8(from + 192)))
      unsafe storeTile8(tile, by: from, rows: rows, into: into + sample, stride: stride)
      sample += 8
    }
  }

  /// The same for 16-bit samples.
  @unsafe package static func store16(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer,
    stride: Int
  ) {
    var sample = 0
    while sample < count {
      let from = unsafe sums + 32 * sample
      for index in 0..<8 {
        let value = nearest(kept(unsafe lanes(from, 32 * index), 0, 65535))
        // Each sum is read before it is overwritten, because `16 * index` is not above `32 * index`.
        unsafe from.storeBytes(of: narrowed16(value), toByteOffset: 16 * index, as: Lanes.self)
      }
      unsafe storeTile16(from, rows: rows, into: into + 2 * sample, stride: stride)
      sample += 8
    }
  }
}

@inline(__always)
private func lanes(_ from: UnsafeRawPointer, _ offset: Int) -> SIMD8<Float> {
  unsafe from.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
}

/// Eight rows of two samples.
@inline(__always)
private func clamped8(_ sums: UnsafeRawPointer) -> SIMD16<UInt8> {
  @inline(__always)
  func one(_ offset: Int) -> SIMD8<UInt8> {
    narrowed8(nearest(kept(unsafe lanes(sums, offset) * (1 / 257), 0, 255)))
  }
  return SIMD16(lowHalf: one(0), highHalf: one(32))
}

@inline(__always)
private func sumColumns1(
  _ from: UnsafeRawPointer, _ weights: UnsafePointer<Float>, _ taps: Int, _ into: UnsafeMutableRawPointer
) {
  var a = SIMD8<Float>.zero
  for tap in 0..<taps {
    a += unsafe lanes(from, 32 * tap) * SIMD8(repeating: weights[tap])
  }
  unsafe into.storeBytes(of: a, as: SIMD8<Float>.self)
}

@inline(__always)
private func sumColumns2(
  _ from: UnsafeRawPointer, _ weights: UnsafePointer<Float>, _ taps: Int, _ into: UnsafeMutableRawPointer
) {
  var (a, b) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
  for tap in 0..<taps {
    let weight = unsafe SIMD8<Float>(repeating: weights[tap])
    a += unsafe lanes(from, 64 * tap) * weight
    b += unsafe lanes(from, 64 * tap + 32) * weight
  }
  unsafe into.storeBytes(of: a, as: SIMD8<Float>.self)
  unsafe into.storeBytes(of: b, toByteOffset: 32, as: SIMD8<Float>.self)
}

@inline(__always)
private func sumColumns3(
  _ from: UnsafeRawPointer, _ weights: UnsafePointer<Float>, _ taps: Int, _ into: UnsafeMutableRawPointer
) {
  var (a, b, c) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
  for tap in 0..<taps {
    let weight = unsafe SIMD8<Float>(repeating: weights[tap])
    a += unsafe lanes(from, 96 * tap) * weight
    b += unsafe lanes(from, 96 * tap + 32) * weight
    c += unsafe lanes(from, 96 * tap + 64) * weight
  }
  unsafe into.storeBytes(of: a, as: SIMD8<Float>.self)
  unsafe into.storeBytes(of: b, toByteOffset: 32, as: SIMD8<Float>.self)
  unsafe into.storeBytes(of: c, toByteOffset: 64, as: SIMD8<Float>.self)
}

@inline(__always)
private func sumColumns4(
  _ from: UnsafeRawPointer, _ weights: UnsafePointer<Float>, _ taps: Int, _ into: UnsafeMutableRawPointer
) {
  var (a, b, c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
  for tap in 0..<taps {
    let weight = unsafe SIMD8<Float>(repeating: weights[tap])
    a += unsafe lanes(from, 128 * tap) * weight
    b += unsafe lanes(from, 128 * tap + 32) * weight
    c += unsafe lanes(from, 128 * tap + 64) * weight
    d += unsafe lanes(from, 128 * tap + 96) * weight
  }
  unsafe into.storeBytes(of: a, as: SIMD8<Float>.self)
  unsafe into.storeBytes(of: b, toByteOffset: 32, as: SIMD8<Float>.self)
  unsafe into.storeBytes(of: c, toByteOffset: 64, as: SIMD8<Float>.self)
  unsafe into.storeBytes(of: d, toByteOffset: 96, as: SIMD8<Float>.self)
}
