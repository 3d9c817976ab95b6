/// A block's coefficients, dequantised and brought to samples: exactly as libjpeg-turbo does at each scaled size.
///
/// Both passes of its transforms (jidctred.c and jidctint.c after Loeffler, Ligtenberg and Moschytz, 1989) are sums of
/// products with 13-bit constants, rounded once each. Sums of integers do not depend on their order, so what is computed
/// here is the same, as long as nothing overflows. That is where libjpeg's own versions for different processors part,
/// too, and it is checked: `Trouble` collects what leaves these ranges.
///
///     dequantised coefficients     |c| < 2^11     a picture's are below 1,024 and half a step
///     after the first pass         |w| < 2^14     (2^13 at eight samples) and 2^14 * 77,910 < 2^31, 77,910 being the
///                                                 greatest sum of the constants of an output at four samples
///     after the second             |s| < 2^9      beyond, C and SIMD clamp differently
///
/// At two samples, what comes of the first pass is below 2^11 * 85,759 / 2^13 < 21,440, and 21,440 * 85,759 < 2^31.
struct InverseDCT {
  /// 64 coefficients in rows; for a transform's time.
  let block: Memory<Int16>
  /// The quantisation steps in rows, as lanes to multiply by.
  let steps: Memory<Int32>

  /// What left its range, collected over many blocks: sums that have a bit set above those of their range.
  struct Trouble {
    private var coefficients = Lanes()
    fileprivate var betweenPasses = Lanes()
    fileprivate var samples = FourLanes()
    /// Any bit that is set.
    var other: Int32 = 0

    /// Whether all is in range so far.
    var isNone: Bool {
      coefficients &>> 12 == Lanes() && betweenPasses &>> 15 == Lanes() && samples &>> 10 == FourLanes() && other == 0
    }

    @inline(__always) fileprivate mutating func add(coefficients values: Lanes) { coefficients |= values &+ 2048 }

    mutating func add(_ trouble: Trouble) {
      coefficients |= trouble.coefficients
      betweenPasses |= trouble.betweenPasses
      samples |= trouble.samples
      other |= trouble.other
    }
  }

  /// The coefficients that samples depend on at a scaled size: a bit each, in zigzag order.
  static func needed(scaledSize: Int) -> UInt64 {
    func isNeeded(_ line: Int) -> Bool {
      switch scaledSize {
      case 2: line == 0 || line & 1 == 1
      case 4: line != 4
      default: scaledSize > 1 || line == 0
      }
    }
    return Zigzag.order.enumerated().reduce(0) { mask, next in
      isNeeded(next.element / 8) && isNeeded(next.element % 8) ? mask | 1 << next.offset : mask
    }
  }

  /// Half the samples' range: JPEG codes them around it.
  static let centre: Int32 = 128

  /// A row of dequantised coefficients, at most 2^15 * 2^16 in magnitude.
  @inline(__always) private func row(_ index: Int, _ trouble: inout Trouble) -> Lanes {
    let values = wide(block.load(8 &* index, as: SIMD8<Int16>.self)) &* steps.load(8 &* index, as: Lanes.self)
    trouble.add(coefficients: values)
    return values
  }

  /// Of a block with DC only: all its samples, whatever the scaled size.
  @inline(__always) static func flat(_ value: Int32, _ trouble: inout Trouble) -> UInt8 {
    trouble.other |= (value &+ 2048) &>> 12
    return UInt8(truncatingIfNeeded: min(max((value &+ 4) &>> 3 &+ centre, 0), 255))
  }

  // MARK: - Two samples

  @inline(__always) func twoByTwo(into tile: Memory<UInt8>, _ trouble: inout Trouble) {
    let even = row(0, &trouble) &<< 15 &+ 4096
    let odd =
      row(1, &trouble) &* 29692 &- row(3, &trouble) &* 10426 &+ row(5, &trouble) &* 6967 &- row(7, &trouble) &* 5906
    let (top, bottom) = ((even &+ odd) &>> 13, (even &- odd) &>> 13)
    // The second pass on both rows at once: their columns in turns.
    let c01 = lower(top.lowHalf, bottom.lowHalf)
    let c23 = upper(top.lowHalf, bottom.lowHalf)
    let c45 = lower(top.highHalf, bottom.highHalf)
    let c67 = upper(top.highHalf, bottom.highHalf)
    let odds = (c01 &* 29692 &- c23 &* 10426 &+ c45 &* 6967 &- c67 &* 5906).highHalf
    let evens = c01.lowHalf &<< 15 &+ (1 &<< 19)
    var sums = FourLanes()
    sums.evenHalf = evens &+ odds
    sums.oddHalf = evens &- odds
    sums = sums &>> 20
    // Two samples in each half.
    let rows = unsafe unsafeBitCast(bytes(sums, &trouble), to: SIMD2<UInt64>.self)
    tile.store(UInt16(truncatingIfNeeded: rows[0] | rows[0] &>> 24), at: 0)
    tile.store(UInt16(truncatingIfNeeded: rows[1] | rows[1] &>> 24), at: 2)
  }

  /// Brought to samples. Without comparisons, which the optimizer would make of each lane by itself: zeros for what is
  /// negative, ones for what is above 255, in a range of less than 2^10 either way.
  @inline(__always) private func bytes(_ values: FourLanes, _ trouble: inout Trouble) -> FourLanes {
    trouble.samples |= values &+ 512
    let samples = values &+ InverseDCT.centre
    return ((samples & ~(samples &>> 10)) | ((255 &- samples) &>> 10)) & 255
  }

  // MARK: - Four samples

  @inline(__always) func fourByFour(into tile: Memory<UInt8>, _ trouble: inout Trouble) {
    let (d1, d2, d3) = (row(1, &trouble), row(2, &trouble), row(3, &trouble))
    let (d5, d6, d7) = (row(5, &trouble), row(6, &trouble), row(7, &trouble))
    let dc = row(0, &trouble) &<< 14 &+ 2048
    let even = d2 &* 15137 &- d6 &* 6270
    let near = d1 &* 8697 &- d3 &* 17799 &+ d5 &* 11893 &- d7 &* 1730
    let far = d1 &* 20995 &+ d3 &* 7373 &- d5 &* 4926 &- d7 &* 4176
    let (w0, w1) = ((dc &+ even &+ far) &>> 12, (dc &- even &+ near) &>> 12)
    let (w2, w3) = ((dc &- even &- near) &>> 12, (dc &+ even &- far) &>> 12)
    let most = Lanes(repeating: 1 &<< 14)
    trouble.betweenPasses |= (w0 &+ most) | (w1 &+ most) | (w2 &+ most) | (w3 &+ most)
    secondPass(w0, w1, w2, w3, into: tile, &trouble)
  }

  @inline(__always) private func secondPass(
    _ w0: Lanes, _ w1: Lanes, _ w2: Lanes, _ w3: Lanes, into tile: Memory<UInt8>, _ trouble: inout Trouble
  ) {
    let left = transposed(w0.lowHalf, w1.lowHalf, w2.lowHalf, w3.lowHalf)
    let right = transposed(w0.highHalf, w1.highHalf, w2.highHalf, w3.highHalf)
    let dc = left.0 &<< 14 &+ (1 &<< 18)
    let even = left.2 &* 15137 &- right.2 &* 6270
    let near = left.1 &* 8697 &- left.3 &* 17799 &+ right.1 &* 11893 &- right.3 &* 1730
    let far = left.1 &* 20995 &+ left.3 &* 7373 &- right.1 &* 4926 &- right.3 &* 4176
    tile.store(
      bytes((dc &+ even &+ far) &>> 19, &trouble) | bytes((dc &- even &+ near) &>> 19, &trouble) &<< 8
        | bytes((dc &- even &- near) &>> 19, &trouble) &<< 16 | bytes((dc &+ even &- far) &>> 19, &trouble) &<< 24,
      at: 0)
  }

  // MARK: - Eight samples

  @inline(__always) func eightByEight(into tile: Memory<UInt8>, _ trouble: inout Trouble) {
    let rows = pass(
      (
        row(0, &trouble), row(1, &trouble), row(2, &trouble), row(3, &trouble), row(4, &trouble), row(5, &trouble),
        row(6, &trouble), row(7, &trouble)
      ), shift: 11)
    // Half the range of four samples: so the sums are doubled.
    let most = Lanes(repeating: 1 &<< 13)
    let sums = (rows.0 &+ most) | (rows.1 &+ most) | (rows.2 &+ most) | (rows.3 &+ most)
    trouble.betweenPasses |= (sums | (rows.4 &+ most) | (rows.5 &+ most) | (rows.6 &+ most) | (rows.7 &+ most)) &<< 1
    let columns = pass(transposed(rows), shift: 18)
    store(columns, { $0.lowHalf }, into: tile, &trouble)
    store(columns, { $0.highHalf }, into: tile.from(32), &trouble)
  }

  /// Four rows of eight columns.
  @inline(__always) private func store(
    _ columns: EightRows, _ half: (Lanes) -> FourLanes, into tile: Memory<UInt8>, _ trouble: inout Trouble
  ) {
    let left =
      bytes(half(columns.0), &trouble) | bytes(half(columns.1), &trouble) &<< 8
      | bytes(half(columns.2), &trouble) &<< 16 | bytes(half(columns.3), &trouble) &<< 24
    let right =
      bytes(half(columns.4), &trouble) | bytes(half(columns.5), &trouble) &<< 8
      | bytes(half(columns.6), &trouble) &<< 16 | bytes(half(columns.7), &trouble) &<< 24
    tile.store(lower(left, right), at: 0)
    tile.store(upper(left, right), at: 16)
  }

  @inline(__always) private func pass(_ d: EightRows, shift: Int32) -> EightRows {
    let z = (d.2 &+ d.6) &* 4433
    let (t2, t3) = (z &- d.6 &* 15137, z &+ d.2 &* 6270)
    let half = Lanes(repeating: 1 &<< (shift &- 1))
    let (t0, t1) = ((d.0 &+ d.4) &<< 13 &+ half, (d.0 &- d.4) &<< 13 &+ half)
    let (e0, e3, e1, e2) = (t0 &+ t3, t0 &- t3, t1 &+ t2, t1 &- t2)
    let (z3, z4) = (d.7 &+ d.3, d.5 &+ d.1)
    let z5 = (z3 &+ z4) &* 9633
    let (y1, y2) = ((d.7 &+ d.1) &* -7373, (d.5 &+ d.3) &* -20995)
    let (y3, y4) = (z3 &* -16069 &+ z5, z4 &* -3196 &+ z5)
    let o0 = d.7 &* 2446 &+ y1 &+ y3
    let o1 = d.5 &* 16819 &+ y2 &+ y4
    let o2 = d.3 &* 25172 &+ y2 &+ y3
    let o3 = d.1 &* 12299 &+ y1 &+ y4
    let shift = Lanes(repeating: shift)
    return (
      (e0 &+ o3) &>> shift, (e1 &+ o2) &>> shift, (e2 &+ o1) &>> shift, (e3 &+ o0) &>> shift, (e3 &- o0) &>> shift,
      (e2 &- o1) &>> shift, (e1 &- o2) &>> shift, (e0 &- o3) &>> shift
    )
  }
}
