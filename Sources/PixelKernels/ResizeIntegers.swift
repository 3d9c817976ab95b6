// Longer than most: five passes that share their layouts, and the fourth once for each number of channels.

/// The passes of a resampling of 8-bit samples. Eight output rows are made together:
///
///   1. `pairRows`: two adjacent source rows become pairs of 16-bit samples, one pair a column;
///   2. `sumRows`: pairs times pairs of weights, summed: an output row in 64ths, its columns still the source's;
///   3. `transpose`: eight such rows stand beside each other in lanes, samples of two adjacent pixels in pairs;
///   4. `sumColumns`: the same sum of pairs over columns, for eight rows at once;
///   5. `store8` or `store16`: rounded, brought to range and put in their eight rows.
///
/// So the sums are the processor's multiply-adds of pairs in both directions, whatever the number of channels. That
/// they stay in range is proven with the weights (`Weights` in Imaging); the plain twin is `ResizeReference` there.
///
/// Rows may be read, and written where they are outputs, up to the next multiple of 32 samples.
package enum IntegerPasses {
  /// Bytes of one pair of `pairRows`, of one sample of `sumRows` and of one sample of `transpose`.
  package static let pairBytes = 4
  package static let rowSampleBytes = 2
  package static let columnSampleBytes = 16

  /// The vertical sums are kept in fractions of `1 / 2^fractionBits`: 511 * 64 < 2^15, and a sum of samples of up to 255
  /// is within ±511 for every kernel whose weights' magnitudes sum to at most 2.
  private static let fractionBits = 6

  /// `into[2i] = top[i]`, `into[2i + 1] = bottom[i]`, the former of 16 bits, the latter of 8.
  @unsafe package static func pairRows(
    _ top: UnsafeRawPointer, _ bottom: UnsafeRawPointer, count: Int, into: UnsafeMutableRawPointer
  ) {
    var column = 0
    while column < count {
      let a = unsafe top.loadUnaligned(fromByteOffset: column, as: SIMD16<UInt8>.self)
      let b = unsafe bottom.loadUnaligned(fromByteOffset: column, as: SIMD16<UInt8>.self)
      unsafe into.storeBytes(of: paired(a.lowHalf, b.lowHalf), toByteOffset: 4 * column, as: SIMD16<Int16>.self)
      unsafe into.storeBytes(
        of: paired(a.highHalf, b.highHalf), toByteOffset: 4 * column + 32, as: SIMD16<Int16>.self)
      column += 16
    }
  }

  /// The weighted sum of source rows for one output row, added to its sums so far; when it is whole, 16-bit samples,
  /// rounded to 64ths and saturated.
  /// - Parameters:
  ///   - pairs: `pairCount` rows of pairs, `stride` bytes apart.
  ///   - weights: two to each row of pairs, times `2^precision`.
  ///   - sums: 32 bits a sample; nil to begin with.
  ///   - isWhole: false to write sums.
  @unsafe package static func sumRows(
    _ pairs: UnsafeRawPointer, stride: Int, weights: UnsafePointer<Int16>, pairCount: Int, count: Int, precision: Int,
    sums: UnsafeRawPointer?, isWhole: Bool, into: UnsafeMutableRawPointer
  ) {
    let shift = precision &- fractionBits
    let half = SIMD8<Int32>(repeating: 1 &<< Int32(truncatingIfNeeded: shift &- 1))
    var column = 0
    while column < count {
      var (a, b, c, d) = (half, half, half, half)
      if let sums = unsafe sums {
        let from = unsafe sums + 4 * column
        unsafe a = from.loadUnaligned(as: SIMD8<Int32>.self)
        unsafe b = from.loadUnaligned(fromByteOffset: 32, as: SIMD8<Int32>.self)
        unsafe c = from.loadUnaligned(fromByteOffset: 64, as: SIMD8<Int32>.self)
        unsafe d = from.loadUnaligned(fromByteOffset: 96, as: SIMD8<Int32>.self)
      }
      var row = unsafe pairs + 4 * column
      for pair in 0..<pairCount {
        let weight = unsafe repeatedPair(weights + 2 * pair)
        a &+= unsafe multiplyAdd(row.loadUnaligned(as: SIMD16<Int16>.self), weight)
        b &+= unsafe multiplyAdd(row.loadUnaligned(fromByteOffset: 32, as: SIMD16<Int16>.self), weight)
        c &+= unsafe multiplyAdd(row.loadUnaligned(fromByteOffset: 64, as: SIMD16<Int16>.self), weight)
        d &+= unsafe multiplyAdd(row.loadUnaligned(fromByteOffset: 96, as: SIMD16<Int16>.self), weight)
        unsafe row += stride
      }
      if isWhole {
        let to = unsafe into + 2 * column
        unsafe to.storeBytes(of: saturated(a, shift), as: SIMD8<Int16>.self)
        unsafe to.storeBytes(of: saturated(b, shift), toByteOffset: 16, as: SIMD8<Int16>.self)
        unsafe to.storeBytes(of: saturated(c, shift), toByteOffset: 32, as: SIMD8<Int16>.self)
        unsafe to.storeBytes(of: saturated(d, shift), toByteOffset: 48, as: SIMD8<Int16>.self)
      } else {
        let to = unsafe into + 4 * column
        unsafe to.storeBytes(of: a, as: SIMD8<Int32>.self)
        unsafe to.storeBytes(of: b, toByteOffset: 32, as: SIMD8<Int32>.self)
        unsafe to.storeBytes(of: c, toByteOffset: 64, as: SIMD8<Int32>.self)
        unsafe to.storeBytes(of: d, toByteOffset: 96, as: SIMD8<Int32>.self)
      }
      column += 32
    }
  }

  /// For each pair of adjacent pixels, for each channel: eight rows' two samples, 32 bytes.
  ///
  /// A last pixel without a neighbor gets one of undefined value. Up to 128 bytes after the last pair are written.
  /// - Parameters:
  ///   - rows: eight rows of 16-bit samples, `stride` bytes apart.
  ///   - count: samples a row.
  @unsafe package static func transpose(
    _ rows: UnsafeRawPointer, stride: Int, channels: Int, count: Int, into: UnsafeMutableRawPointer
  ) {
    // A tile of eight columns; of three channels only two pixels, six columns, are of use.
    let step = channels == 3 ? 6 : 8
    var to = unsafe into
    var column = 0
    while column < count {
      let (c0, c1, c2, c3, c4, c5, c6, c7) = unsafe transposed16(rows + 2 * column, stride: stride)
      switch channels {
      case 1:
        unsafe put(c0, c1, at: to)
        unsafe put(c2, c3, at: to + 32)
        unsafe put(c4, c5, at: to + 64)
        unsafe put(c6, c7, at: to + 96)
      case 2:
        unsafe put(c0, c2, at: to)
        unsafe put(c1, c3, at: to + 32)
        unsafe put(c4, c6, at: to + 64)
        unsafe put(c5, c7, at: to + 96)
      case 3:
        unsafe put(c0, c3, at: to)
        unsafe put(c1, c4, at: to + 32)
        unsafe put(c2, c5, at: to + 64)
      default:
        unsafe put(c0, c4, at: to)
        unsafe put(c1, c5, at: to + 32)
        unsafe put(c2, c6, at: to + 64)
        unsafe put(c3, c7, at: to + 96)
      }
      unsafe to += 16 * step
      column += step
    }
  }

  /// Eight rows' 32-bit sums, 32 bytes, for each channel of each of `count` output pixels.
  /// - Parameters:
  ///   - pairs: what `transpose` made of whole rows.
  ///   - first: each output pixel's first column, even.
  ///   - weights: `2 * pairCount` to each output pixel.
  @unsafe package static func sumColumns(
    _ pairs: UnsafeRawPointer, channels: Int, first: UnsafePointer<Int32>, weights: UnsafePointer<Int16>,
    pairCount: Int, count: Int, into: UnsafeMutableRawPointer
  ) {
    var to = unsafe into
    var weights = unsafe weights
    for pixel in 0..<count {
      let from = unsafe pairs + (Int(first[pixel]) >> 1) * channels * 32
      switch channels {
      case 1: unsafe sumColumns1(from, weights, pairCount, to)
      case 2: unsafe sumColumns2(from, weights, pairCount, to)
      case 3: unsafe sumColumns3(from, weights, pairCount, to)
      default: unsafe sumColumns4(from, weights, pairCount, to)
      }
      unsafe to += channels * 32
      unsafe weights += 2 * pairCount
    }
  }

  /// Eight rows of 8-bit samples from sums, to nearest and clamped; the first `rows` of them are stored.
  ///
  /// The sums are overwritten. Groups of eight samples are stored whole.
  @unsafe package static func store8(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer,
    stride: Int
  ) {
    let shift = precision &+ fractionBits
    var sample = 0
    while sample < count {
      let from = unsafe sums + 32 * sample
      let tile = unsafe transposed8(
        (
          clamped8(from, shift), clamped8(from + 64, shift), clamped8(from + 128, shift), clamped8(from + 192, shift)
        ))
      unsafe storeTile8(tile, by: from, rows: rows, into: into + sample, stride: stride)
      sample += 8
    }
  }

  /// The same of 16-bit samples, 65535 for 255: sums are rounded to 4096ths, then times 257, then to nearest.
  @unsafe package static func store16(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer,
    stride: Int
  ) {
    let shift = precision &+ fractionBits &- 12
    var sample = 0
    while sample < count {
      let from = unsafe sums + 32 * sample
      for index in 0..<8 {
        let sum = unsafe from.loadUnaligned(fromByteOffset: 32 * index, as: SIMD8<Int32>.self)
        let fine = rounded(sum, shift)
        let value = kept(rounded(fine &* 257, 12), 0, 65535)
        // A sum is read before its place is written: `16 * index` is not above `32 * index`.
        unsafe from.storeBytes(of: narrowed16(value), toByteOffset: 16 * index, as: Lanes.self)
      }
      unsafe storeTile16(from, rows: rows, into: into + 2 * sample, stride: stride)
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
private func put(_ a: Lanes, _ b: Lanes, at to: UnsafeMutableRawPointer) {
  unsafe to.storeBytes(of: low16(a, b), as: Lanes.self)
  unsafe to.storeBytes(of: high16(a, b), toByteOffset: 16, as: Lanes.self)
}

@inline(__always)
private func rounded(_ sums: SIMD8<Int32>, _ shift: Int) -> SIMD8<Int32> {
  let half = SIMD8<Int32>(repeating: 1 &<< Int32(truncatingIfNeeded: shift &- 1))
  return (sums &+ half) &>> SIMD8(repeating: Int32(truncatingIfNeeded: shift))
}

/// Two samples' eight rows.
@inline(__always)
private func clamped8(_ sums: UnsafeMutableRawPointer, _ shift: Int) -> SIMD16<UInt8> {
  @inline(__always)
  func one(_ offset: Int) -> SIMD8<UInt8> {
    let sum = unsafe sums.loadUnaligned(fromByteOffset: offset, as: SIMD8<Int32>.self)
    return narrowed8(kept(rounded(sum, shift), 0, 255))
  }
  return SIMD16(lowHalf: one(0), highHalf: one(32))
}

@inline(__always)
private func pair(_ from: UnsafeRawPointer, _ offset: Int) -> SIMD16<Int16> {
  unsafe from.loadUnaligned(fromByteOffset: offset, as: SIMD16<Int16>.self)
}

@inline(__always)
private func sumColumns1(
  _ from: UnsafeRawPointer, _ weights: UnsafePointer<Int16>, _ pairCount: Int, _ into: UnsafeMutableRawPointer
) {
  var a = SIMD8<Int32>.zero
  for tap in 0..<pairCount {
    a &+= unsafe multiplyAdd(pair(from, 32 * tap), repeatedPair(weights + 2 * tap))
  }
  unsafe into.storeBytes(of: a, as: SIMD8<Int32>.self)
}

@inline(__always)
private func sumColumns2(
  _ from: UnsafeRawPointer, _ weights: UnsafePointer<Int16>, _ pairCount: Int, _ into: UnsafeMutableRawPointer
) {
  var (a, b) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero)
  for tap in 0..<pairCount {
    let weight = unsafe repeatedPair(weights + 2 * tap)
    a &+= unsafe multiplyAdd(pair(from, 64 * tap), weight)
    b &+= unsafe multiplyAdd(pair(from, 64 * tap + 32), weight)
  }
  unsafe into.storeBytes(of: a, as: SIMD8<Int32>.self)
  unsafe into.storeBytes(of: b, toByteOffset: 32, as: SIMD8<Int32>.self)
}

@inline(__always)
private func sumColumns3(
  _ from: UnsafeRawPointer, _ weights: UnsafePointer<Int16>, _ pairCount: Int, _ into: UnsafeMutableRawPointer
) {
  var (a, b, c) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero)
  for tap in 0..<pairCount {
    let weight = unsafe repeatedPair(weights + 2 * tap)
    a &+= unsafe multiplyAdd(pair(from, 96 * tap), weight)
    b &+= unsafe multiplyAdd(pair(from, 96 * tap + 32), weight)
    c &+= unsafe multiplyAdd(pair(from, 96 * tap + 64), weight)
  }
  unsafe into.storeBytes(of: a, as: SIMD8<Int32>.self)
  unsafe into.storeBytes(of: b, toByteOffset: 32, as: SIMD8<Int32>.self)
  unsafe into.storeBytes(of: c, toByteOffset: 64, as: SIMD8<Int32>.self)
}

@inline(__always)
private func sumColumns4(
  _ from: UnsafeRawPointer, _ weights: UnsafePointer<Int16>, _ pairCount: Int, _ into: UnsafeMutableRawPointer
) {
  var (a, b, c, d) = (SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero, SIMD8<Int32>.zero)
  for tap in 0..<pairCount {
    let weight = unsafe repeatedPair(weights + 2 * tap)
    a &+= unsafe multiplyAdd(pair(from, 128 * tap), weight)
    b &+= unsafe multiplyAdd(pair(from, 128 * tap + 32), weight)
    c &+= unsafe multiplyAdd(pair(from, 128 * tap + 64), weight)
    d &+= unsafe multiplyAdd(pair(from, 128 * tap + 96), weight)
  }
  unsafe into.storeBytes(of: a, as: SIMD8<Int32>.self)
  unsafe into.storeBytes(of: b, toByteOffset: 32, as: SIMD8<Int32>.self)
  unsafe into.storeBytes(of: c, toByteOffset: 64, as: SIMD8<Int32>.self)
  unsafe into.storeBytes(of: d, toByteOffset: 96, as: SIMD8<Int32>.self)
}
