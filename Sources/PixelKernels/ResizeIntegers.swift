// Longer than most: five passes that share their layouts, and the fourth one once per number of channels.

/// The passes of resampling 8-bit samples. They compute eight output rows together:
///
///   1. `pairRows`: two adjacent source rows become pairs of 16-bit samples, one pair per column.
///   2. `sumRows`: pairs times pairs of weights, summed: an output row in 64ths, still with the columns of the source.
///   3. `transpose`: eight such rows become lanes, with the samples of two adjacent pixels in pairs.
///   4. `sumColumns`: the same sum of pairs over columns, for eight rows at once.
///   5. `store8` or `store16`: rounded, clamped and stored in their eight rows.
///
/// So both directions use the processor's multiply-add of pairs, for any number of channels. `Weights` in ImageCore proves that
/// the sums stay in range. Tests compare them with `ResizeReference`.
///
/// Rows may be read, and output rows may be written, up to the next multiple of 32 samples.
package enum IntegerPasses {
  /// Bytes of one pair of `pairRows`, of one sample of `sumRows` and of one sample of `transpose`.
  package static let pairBytes = 4
  package static let rowSampleBytes = 2
  package static let columnSampleBytes = 16

  /// The vertical sums are fractions of `1 / 2^fractionBits`: 511 * 64 < 2^15, and a sum of samples up to 255 is within ±511 for
  /// every kernel whose weights have magnitudes that sum to at most 2.
  private static let fractionBits = 6

  // SAFETY: each pass computes the bounds of the memory that its caller lends from its parameters, and stays within whole vectors.

  /// `into[2i] = top[i]`, `into[2i + 1] = bottom[i]`. `into` has 16-bit samples, the rows have 8-bit samples.
  @unsafe package static func pairRows(
    _ top: UnsafeRawPointer, _ bottom: UnsafeRawPointer, count: Int, into: UnsafeMutableRawPointer
  ) {
    // Whole vectors of 16 columns.
    let whole = (count &+ 15) & ~15
    let top = unsafe UncheckedBytes(reading: top, count: whole)
    let bottom = unsafe UncheckedBytes(reading: bottom, count: whole)
    let into = unsafe UncheckedBytes(into, count: 4 &* whole)
    var column = 0
    while column < count {
      let a = top.load(column, as: SIMD16<UInt8>.self)
      let b = bottom.load(column, as: SIMD16<UInt8>.self)
      into.store(paired(a.lowHalf, b.lowHalf), at: 4 * column)
      into.store(paired(a.highHalf, b.highHalf), at: 4 * column + 32)
      column += 16
    }
  }

  /// The weighted sum of source rows for one output row, added to its previous sums. A complete row is stored as 16-bit samples,
  /// rounded to 64ths and saturated.
  /// - Parameters:
  ///   - pairs: `pairCount` rows of pairs, `stride` bytes apart.
  ///   - weights: two per row of pairs, times `2^precision`.
  ///   - sums: 32 bits per sample; nil at the start.
  ///   - isWhole: false to write sums.
  @unsafe package static func sumRows(
    _ pairs: UnsafeRawPointer, stride: Int, weights: UnsafePointer<Int16>, pairCount: Int, count: Int, precision: Int,
    sums: UnsafeRawPointer?, isWhole: Bool, into: UnsafeMutableRawPointer
  ) {
    // Whole vectors of 32 columns.
    let whole = (count &+ 31) & ~31
    let pairs = unsafe UncheckedBytes(reading: pairs, count: max(0, pairCount &- 1) &* stride &+ 4 &* whole)
    let weights = unsafe UncheckedBuffer<Int16>(reading: weights, count: 2 &* pairCount)
    let sums = unsafe sums.map { unsafe UncheckedBytes(reading: $0, count: 4 &* whole) }
    let into = unsafe UncheckedBytes(into, count: (isWhole ? 2 : 4) &* whole)
    let shift = precision &- fractionBits
    let half = SIMD8<Int32>(repeating: 1 &<< Int32(truncatingIfNeeded: shift &- 1))
    var column = 0
    while column < count {
      var (a, b, c, d) = (half, half, half, half)
      if let sums {
        let from = sums + 4 * column
        a = from.load(0, as: SIMD8<Int32>.self)
        b = from.load(32, as: SIMD8<Int32>.self)
        c = from.load(64, as: SIMD8<Int32>.self)
        d = from.load(96, as: SIMD8<Int32>.self)
      }
      for pair in 0..<pairCount {
        let row = pairs + (4 &* column &+ pair &* stride)
        let weight = repeatedPair(weights, 2 * pair)
        a &+= multiplyAdd(row.load(0, as: SIMD16<Int16>.self), weight)
        b &+= multiplyAdd(row.load(32, as: SIMD16<Int16>.self), weight)
        c &+= multiplyAdd(row.load(64, as: SIMD16<Int16>.self), weight)
        d &+= multiplyAdd(row.load(96, as: SIMD16<Int16>.self), weight)
      }
      if isWhole {
        let to = into + 2 * column
        to.store(saturated(a, shift), at: 0)
        to.store(saturated(b, shift), at: 16)
        to.store(saturated(c, shift), at: 32)
        to.store(saturated(d, shift), at: 48)
      } else {
        let to = into + 4 * column
        to.store(a, at: 0)
        to.store(b, at: 32)
        to.store(c, at: 64)
        to.store(d, at: 96)
      }
      column += 32
    }
  }

  /// For each pair of adjacent pixels and each channel, the two samples of eight rows: 32 bytes.
  ///
  /// A last pixel without a neighbor gets a neighbor of undefined value. Writes up to 128 bytes after the last pair.
  /// - Parameters:
  ///   - rows: eight rows of 16-bit samples, `stride` bytes apart.
  ///   - count: samples per row.
  @unsafe package static func transpose(
    _ rows: UnsafeRawPointer, stride: Int, channels: Int, count: Int, into: UnsafeMutableRawPointer
  ) {
    // A tile reads eight columns and writes 128 bytes.
    let rows = unsafe UncheckedBytes(reading: rows, count: 7 &* stride &+ 2 &* count &+ 14)
    let into = unsafe UncheckedBytes(into, count: 16 &* count &+ 112)
    // A tile has eight columns. With three channels only two pixels, six columns, are used.
    let step = channels == 3 ? 6 : 8
    var to = into
    var column = 0
    while column < count {
      let (c0, c1, c2, c3, c4, c5, c6, c7) = transposed16(rows + 2 * column, stride: stride)
      switch channels {
      case 1:
        put(c0, c1, at: to)
        put(c2, c3, at: to + 32)
        put(c4, c5, at: to + 64)
        put(c6, c7, at: to + 96)
      case 2:
        put(c0, c2, at: to)
        put(c1, c3, at: to + 32)
        put(c4, c6, at: to + 64)
        put(c5, c7, at: to + 96)
      case 3:
        put(c0, c3, at: to)
        put(c1, c4, at: to + 32)
        put(c2, c5, at: to + 64)
      default:
        put(c0, c4, at: to)
        put(c1, c5, at: to + 32)
        put(c2, c6, at: to + 64)
        put(c3, c7, at: to + 96)
      }
      to += 16 * step
      column += step
    }
  }

  /// The 32-bit sums of eight rows, 32 bytes, for each channel of each of `count` output pixels.
  /// - Parameters:
  ///   - pairs: the output of `transpose` for complete rows.
  ///   - first: the first column of each output pixel, even.
  ///   - weights: `2 * pairCount` per output pixel.
  @unsafe package static func sumColumns(
    _ pairs: UnsafeRawPointer, channels: Int, first: UnsafePointer<Int32>, weights: UnsafePointer<Int16>,
    pairCount: Int, count: Int, into: UnsafeMutableRawPointer
  ) {
    var weights = unsafe UncheckedBuffer<Int16>(reading: weights, count: 2 &* pairCount &* count)
    var to = unsafe UncheckedBytes(into, count: count &* channels &* 32)
    for pixel in 0..<count {
      let from = unsafe UncheckedBytes(
        reading: pairs + (Int(first[pixel]) >> 1) * channels * 32, count: pairCount &* channels &* 32)
      switch channels {
      case 1: sumColumns1(from, weights, pairCount, to)
      case 2: sumColumns2(from, weights, pairCount, to)
      case 3: sumColumns3(from, weights, pairCount, to)
      default: sumColumns4(from, weights, pairCount, to)
      }
      to += channels * 32
      weights += 2 * pairCount
    }
  }

  /// Rounds the sums to the nearest 8-bit samples and clamps them. Stores the first `rows` of eight rows.
  ///
  /// Overwrites the sums. Stores whole groups of eight samples.
  @unsafe package static func store8(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer,
    stride: Int
  ) {
    let whole = (count &+ 7) & ~7
    let sums = unsafe UncheckedBytes(sums, count: 32 &* whole)
    let into = unsafe UncheckedBytes(into, count: max(0, rows &- 1) &* stride &+ whole)
    let shift = precision &+ fractionBits
    var sample = 0
    while sample < count {
      let from = sums + 32 * sample
      let tile = transposed8(
        (
          clamped8(from, shift), clamped8(from + 64, shift), clamped8(from + 128, shift), clamped8(from + 192, shift)
        ))
      storeTile8(tile, by: from, rows: rows, into: into + sample, stride: stride)
      sample += 8
    }
  }

  /// The same for 16-bit samples, where 255 becomes 65535: sums are rounded to 4096ths, multiplied by 257, and rounded to
  /// nearest.
  @unsafe package static func store16(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer,
    stride: Int
  ) {
    let whole = (count &+ 7) & ~7
    let sums = unsafe UncheckedBytes(sums, count: 32 &* whole)
    let into = unsafe UncheckedBytes(into, count: max(0, rows &- 1) &* stride &+ 2 &* whole)
    let shift = precision &+ fractionBits &- 12
    var sample = 0
    while sample < count {
      let from = sums + 32 * sample
      for index in 0..<8 {
        let sum = from.load(32 * index, as: SIMD8<Int32>.self)
        let fine = rounded(sum, shift)
        let value = kept(rounded(fine &* 257, 12), 0, 65535)
        // Each sum is read before it is overwritten, because `16 * index` is not above `32 * index`.
        from.store(narrowed16(value), at: 16 * index)
      }
      storeTile16(from, rows: rows, into: into + 2 * sample, stride: stride)
      sample += 8
    }
  }
}

@inline(__always)
private func paired(_ a: SIMD8<UInt8>, _ b: SIMD8<UInt8>) -> SIMD16<Int16> {
  var result = SIMD16<Int16>()
  result.evenHalf = SIMD8<Int16>(truncatingIfNeeded: a)
  result.oddHalf = SIMD8<Int16>(truncatingIfNeeded: b)
  return result
}

@inline(__always)
private func saturated(_ sums: SIMD8<Int32>, _ shift: Int) -> SIMD8<Int16> {
  let values = sums &>> SIMD8(repeating: Int32(truncatingIfNeeded: shift))
  return narrowed16(kept(values, -32768, 32767))
}

@inline(__always)
private func put(_ a: Lanes, _ b: Lanes, at to: UncheckedBytes) {
  to.store(low16(a, b), at: 0)
  to.store(high16(a, b), at: 16)
}

@inline(__always)
private func rounded(_ sums: SIMD8<Int32>, _ shift: Int) -> SIMD8<Int32> {
  let half = SIMD8<Int32>(repeating: 1 &<< Int32(truncatingIfNeeded: shift &- 1))
  return (sums &+ half) &>> SIMD8(repeating: Int32(truncatingIfNeeded: shift))
}

/// Eight rows of two samples.
@inline(__always)
private func clamped8(_ sums: UncheckedBytes, _ shift: Int) -> SIMD16<UInt8> {
  @inline(__always)
  func one(_ offset: Int) -> SIMD8<UInt8> {
    let sum = sums.load(offset, as: SIMD8<Int32>.self)
    return narrowed8(kept(rounded(sum, shift), 0, 255))
  }
  return SIMD16(lowHalf: one(0), highHalf: one(32))
}

@inline(__always)
private func pair(_ from: UncheckedBytes, _ offset: Int) -> SIMD16<Int16> {
  from.load(offset, as: SIMD16<Int16>.self)
}

@inline(__always)
private func sumColumns1(
  _ from: UncheckedBytes, _ weights: UncheckedBuffer<Int16>, _ pairCount: Int, _ into: UncheckedBytes
) {
  var a = SIMD8<Int32>.zero
  for tap in 0..<pairCount {
    a &+= multiplyAdd(pair(from, 32 * tap), repeatedPair(weights, 2 * tap))
  }
  into.store(a, at: 0)
}

@inline(__always)
private func sumColumns2(
  _ from: UncheckedBytes, _ weights: UncheckedBuffer<Int16>, _ pairCount: Int, _ into: UncheckedBytes
) {
  var (a, b) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero)
  for tap in 0..<pairCount {
    let weight = repeatedPair(weights, 2 * tap)
    a &+= multiplyAdd(pair(from, 64 * tap), weight)
    b &+= multiplyAdd(pair(from, 64 * tap + 32), weight)
  }
  into.store(a, at: 0)
  into.store(b, at: 32)
}

@inline(__always)
private func sumColumns3(
  _ from: UncheckedBytes, _ weights: UncheckedBuffer<Int16>, _ pairCount: Int, _ into: UncheckedBytes
) {
  var (a, b, c) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero)
  for tap in 0..<pairCount {
    let weight = repeatedPair(weights, 2 * tap)
    a &+= multiplyAdd(pair(from, 96 * tap), weight)
    b &+= multiplyAdd(pair(from, 96 * tap + 32), weight)
    c &+= multiplyAdd(pair(from, 96 * tap + 64), weight)
  }
  into.store(a, at: 0)
  into.store(b, at: 32)
  into.store(c, at: 64)
}

@inline(__always)
private func sumColumns4(
  _ from: UncheckedBytes, _ weights: UncheckedBuffer<Int16>, _ pairCount: Int, _ into: UncheckedBytes
) {
  var (a, b, c, d) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero)
  for tap in 0..<pairCount {
    let weight = repeatedPair(weights, 2 * tap)
    a &+= multiplyAdd(pair(from, 128 * tap), weight)
    b &+= multiplyAdd(pair(from, 128 * tap + 32), weight)
    c &+= multiplyAdd(pair(from, 128 * tap + 64), weight)
    d &+= multiplyAdd(pair(from, 128 * tap + 96), weight)
  }
  into.store(a, at: 0)
  into.store(b, at: 32)
  into.store(c, at: 64)
  into.store(d, at: 96)
}
