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

  // SAFETY: each pass computes the bounds of the memory that its caller lends from its parameters, and stays within whole vectors.

  /// Alternates eight samples of the upper row, as `Float`, and eight of the lower row.
  @unsafe package static func pairRows(
    _ top: UnsafeRawPointer, _ bottom: UnsafeRawPointer, count: Int, into: UnsafeMutableRawPointer
  ) {
    // Whole vectors of 8 columns.
    let whole = (count &+ 7) & ~7
    let top = unsafe UncheckedBytes(reading: top, count: 2 &* whole)
    let bottom = unsafe UncheckedBytes(reading: bottom, count: 2 &* whole)
    let into = unsafe UncheckedBytes(into, count: 8 &* whole)
    var column = 0
    while column < count {
      let a = top.load(2 * column, as: SIMD8<UInt16>.self)
      let b = bottom.load(2 * column, as: SIMD8<UInt16>.self)
      into.store(SIMD8<Float>(a), at: 8 * column)
      into.store(SIMD8<Float>(b), at: 8 * column + 32)
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
    // Whole vectors of 32 columns.
    let whole = (count &+ 31) & ~31
    let pairs = unsafe UncheckedBytes(reading: pairs, count: max(0, pairCount &- 1) &* stride &+ 8 &* whole)
    let weights = unsafe UncheckedBuffer<Float>(reading: weights, count: 2 &* pairCount)
    let sums = unsafe sums.map { unsafe UncheckedBytes(reading: $0, count: 4 &* whole) }
    let into = unsafe UncheckedBytes(into, count: 4 &* whole)
    var column = 0
    while column < count {
      var (a, b, c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
      if let sums {
        let from = sums + 4 * column
        (a, b, c, d) = (lanes(from, 0), lanes(from, 32), lanes(from, 64), lanes(from, 96))
      }
      for pair in 0..<pairCount {
        let row = pairs + (8 &* column &+ pair &* stride)
        let (upper, lower) = (
          SIMD8<Float>(repeating: weights[2 * pair]), SIMD8<Float>(repeating: weights[2 * pair + 1])
        )
        a = a + lanes(row, 0) * upper + lanes(row, 32) * lower
        b = b + lanes(row, 64) * upper + lanes(row, 96) * lower
        c = c + lanes(row, 128) * upper + lanes(row, 160) * lower
        d = d + lanes(row, 192) * upper + lanes(row, 224) * lower
      }
      let to = into + 4 * column
      to.store(a, at: 0)
      to.store(b, at: 32)
      to.store(c, at: 64)
      to.store(d, at: 96)
      column += 32
    }
  }

  /// For each sample, the values of eight rows: 32 bytes. Reads and writes whole groups of eight samples.
  @unsafe package static func transpose(
    _ rows: UnsafeRawPointer, stride: Int, channels: Int, count: Int, into: UnsafeMutableRawPointer
  ) {
    let whole = (count &+ 7) & ~7
    let rows = unsafe UncheckedBytes(reading: rows, count: 7 &* stride &+ 4 &* whole)
    let into = unsafe UncheckedBytes(into, count: 32 &* whole)
    var column = 0
    while column < count {
      for half in 0..<4 {
        // Four columns of four rows: the left or right half of the eight columns, the upper or lower half of the rows.
        let (right, lower) = (half & 1, half >> 1)
        let from = rows + 4 * lower * stride + 4 * (column + 4 * right)
        let to = into + 32 * (column + 4 * right) + 16 * lower
        let (c0, c1, c2, c3) = transposed32(from, stride: stride)
        to.store(c0, at: 0)
        to.store(c1, at: 32)
        to.store(c2, at: 64)
        to.store(c3, at: 96)
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
    var weights = unsafe UncheckedBuffer<Float>(reading: weights, count: taps &* count)
    var to = unsafe UncheckedBytes(into, count: count &* channels &* 32)
    for pixel in 0..<count {
      let from = unsafe UncheckedBytes(
        reading: samples + Int(first[pixel]) * channels * 32, count: taps &* channels &* 32)
      switch channels {
      case 1: sumColumns1(from, weights, taps, to)
      case 2: sumColumns2(from, weights, taps, to)
      case 3: sumColumns3(from, weights, taps, to)
      default: sumColumns4(from, weights, taps, to)
      }
      to += channels * 32
      weights += taps
    }
  }

  /// Rounds the sums of 16-bit samples to the nearest 8-bit samples and clamps them. Stores the first `rows` of eight rows.
  ///
  /// Overwrites the sums. Stores whole groups of eight samples.
  @unsafe package static func store8(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer,
    stride: Int
  ) {
    let whole = (count &+ 7) & ~7
    let sums = unsafe UncheckedBytes(sums, count: 32 &* whole)
    let into = unsafe UncheckedBytes(into, count: max(0, rows &- 1) &* stride &+ whole)
    var sample = 0
    while sample < count {
      let from = sums + 32 * sample
      let tile = transposed8((clamped8(from), clamped8(from + 64), clamped8(from + 128), clamped8(from + 192)))
      storeTile8(tile, by: from, rows: rows, into: into + sample, stride: stride)
      sample += 8
    }
  }

  /// The same for 16-bit samples.
  @unsafe package static func store16(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer,
    stride: Int
  ) {
    let whole = (count &+ 7) & ~7
    let sums = unsafe UncheckedBytes(sums, count: 32 &* whole)
    let into = unsafe UncheckedBytes(into, count: max(0, rows &- 1) &* stride &+ 2 &* whole)
    var sample = 0
    while sample < count {
      let from = sums + 32 * sample
      for index in 0..<8 {
        let value = nearest(kept(lanes(from, 32 * index), 0, 65535))
        // Each sum is read before it is overwritten, because `16 * index` is not above `32 * index`.
        from.store(narrowed16(value), at: 16 * index)
      }
      storeTile16(from, rows: rows, into: into + 2 * sample, stride: stride)
      sample += 8
    }
  }
}

@inline(__always)
private func lanes(_ from: UncheckedBytes, _ offset: Int) -> SIMD8<Float> {
  from.load(offset, as: SIMD8<Float>.self)
}

/// Eight rows of two samples.
@inline(__always)
private func clamped8(_ sums: UncheckedBytes) -> SIMD16<UInt8> {
  @inline(__always)
  func one(_ offset: Int) -> SIMD8<UInt8> {
    narrowed8(nearest(kept(lanes(sums, offset) * (1 / 257), 0, 255)))
  }
  return SIMD16(lowHalf: one(0), highHalf: one(32))
}

@inline(__always)
private func sumColumns1(
  _ from: UncheckedBytes, _ weights: UncheckedBuffer<Float>, _ taps: Int, _ into: UncheckedBytes
) {
  var a = SIMD8<Float>.zero
  for tap in 0..<taps {
    a += lanes(from, 32 * tap) * SIMD8(repeating: weights[tap])
  }
  into.store(a, at: 0)
}

@inline(__always)
private func sumColumns2(
  _ from: UncheckedBytes, _ weights: UncheckedBuffer<Float>, _ taps: Int, _ into: UncheckedBytes
) {
  var (a, b) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
  for tap in 0..<taps {
    let weight = SIMD8<Float>(repeating: weights[tap])
    a += lanes(from, 64 * tap) * weight
    b += lanes(from, 64 * tap + 32) * weight
  }
  into.store(a, at: 0)
  into.store(b, at: 32)
}

@inline(__always)
private func sumColumns3(
  _ from: UncheckedBytes, _ weights: UncheckedBuffer<Float>, _ taps: Int, _ into: UncheckedBytes
) {
  var (a, b, c) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
  for tap in 0..<taps {
    let weight = SIMD8<Float>(repeating: weights[tap])
    a += lanes(from, 96 * tap) * weight
    b += lanes(from, 96 * tap + 32) * weight
    c += lanes(from, 96 * tap + 64) * weight
  }
  into.store(a, at: 0)
  into.store(b, at: 32)
  into.store(c, at: 64)
}

@inline(__always)
private func sumColumns4(
  _ from: UncheckedBytes, _ weights: UncheckedBuffer<Float>, _ taps: Int, _ into: UncheckedBytes
) {
  var (a, b, c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
  for tap in 0..<taps {
    let weight = SIMD8<Float>(repeating: weights[tap])
    a += lanes(from, 128 * tap) * weight
    b += lanes(from, 128 * tap + 32) * weight
    c += lanes(from, 128 * tap + 64) * weight
    d += lanes(from, 128 * tap + 96) * weight
  }
  into.store(a, at: 0)
  into.store(b, at: 32)
  into.store(c, at: 64)
  into.store(d, at: 96)
}
