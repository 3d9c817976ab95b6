/// Dequantizes eight blocks of coefficients and transforms them to samples, one lane per block. The result is identical to that
/// of libjpeg-turbo at each scaled size.
///
/// Both passes of its transforms (jidctred.c, and jidctint.c after Loeffler, Ligtenberg and Moschytz, 1989) are sums of products
/// with 13-bit constants, rounded once each. Integer sums do not depend on their order, so the result here is the same unless a
/// sum overflows. On overflow libjpeg's own implementations for different processors also differ. `RangeCheck` detects values
/// outside these ranges:
///
///     dequantized coefficients     |c| < 2^11     those of an image are below 1,024 plus half a step
///     after the first pass         |w| < 2^14     (2^13 at eight samples) and 2^14 * 77,910 < 2^31, 77,910 being the
///                                                 largest sum of the constants of an output at four samples
///     after the second pass        |s| < 2^9      beyond that, C and SIMD code clamp differently
///
/// At two samples, the results of the first pass are below 2^11 * 85,759 / 2^13 < 21,440, and 21,440 * 85,759 < 2^31.
struct InverseDCT {
  /// Eight of each coefficient, in the order of `CoefficientLayout`. Valid during a transform.
  let group: UncheckedBuffer<Int16>
  /// The quantization steps, in the same order.
  let steps: UncheckedBuffer<Int32>
  /// The results of the first pass: up to 64 times eight.
  let between: UncheckedBuffer<Int32>

  /// The coefficients of low frequencies: the first ten in zigzag order, which are among the first four of their rows and columns.
  /// Blocks without others have shorter sums.
  static let lowFrequencies: UInt64 = 1 << 10 - 1

  /// Detects values out of range, accumulated over many blocks: their biased sums have a bit set above the range.
  struct RangeCheck {
    private var coefficients = Lanes()
    fileprivate var betweenPasses = Lanes()
    fileprivate var samples = SIMD16<Int16>()

    /// Whether all values so far are in range.
    var isNone: Bool {
      coefficients &>> 12 == Lanes() && betweenPasses &>> 15 == Lanes() && samples &>> 10 == SIMD16()
    }

    @inline(__always) fileprivate mutating func add(coefficients values: Lanes) { coefficients |= values &+ 2048 }

    mutating func add(_ rangeCheck: RangeCheck) {
      coefficients |= rangeCheck.coefficients
      betweenPasses |= rangeCheck.betweenPasses
      samples |= rangeCheck.samples
    }
  }

  /// Half the range of samples. JPEG codes samples relative to it.
  private static let center: Int32 = 128

  /// One coefficient of all blocks, dequantized, at most 2^15 * 2^16 in magnitude.
  @inline(__always) private func coefficient(_ index: Int, _ rangeCheck: inout RangeCheck) -> Lanes {
    let values =
      wide(group.load(8 &* index, as: SIMD8<Int16>.self)) &* Lanes(repeating: steps[index])
    rangeCheck.add(coefficients: values)
    return values
  }

  /// The value of all samples of blocks with DC only, at any scaled size.
  @inline(__always) static func flat(_ dc: SIMD8<Int16>, step: Int32, _ rangeCheck: inout RangeCheck) -> Lanes {
    let values = wide(dc) &* Lanes(repeating: step)
    rangeCheck.add(coefficients: values)
    return clamped((values &+ (4 &+ center &<< 3)) &>> 3)
  }

  /// Clamps to 0...255 values below 2^10 in magnitude. Shifts give the masks, because the optimizer turns comparisons into code
  /// for each lane.
  @inline(__always) private static func clamped(_ samples: Lanes) -> Lanes {
    ((samples & ~(samples &>> 10)) | ((255 &- samples) &>> 10)) & 255
  }

  /// Clamps two results of the second pass to samples, and puts each into one half of its lane.
  ///
  /// Results are below 2^13 in magnitude if those of the first pass are in range. So the halves have room for them.
  @inline(__always) private func samples(_ lower: Lanes, _ upper: Lanes, _ rangeCheck: inout RangeCheck) -> Lanes {
    let sums = bitCast(lower & 0xFFFF | upper &<< 16, to: SIMD16<Int16>.self)
    rangeCheck.samples |= sums &+ Int16(512 &- InverseDCT.center)
    return bitCast(((sums & ~(sums &>> 10)) | ((255 &- sums) &>> 10)) & 255, to: Lanes.self)
  }

  /// The rounding term of a shift, plus the center, which remains after the shift.
  @inline(__always) private static func rounding(_ shift: Int32) -> Int32 { 1 &<< (shift &- 1) &+ center &<< shift }

  // MARK: - Two samples

  /// Two rows of two samples per block, each in the lower half of the block's lane.
  @inline(__always) func twoByTwo(_ rangeCheck: inout RangeCheck) -> (Lanes, Lanes) {
    let (c0, c1, c3) = (column2(0, &rangeCheck), column2(1, &rangeCheck), column2(2, &rangeCheck))
    let (c5, c7) = (column2(3, &rangeCheck), column2(4, &rangeCheck))
    return (
      row2(c0.top, c1.top, c3.top, c5.top, c7.top, &rangeCheck),
      row2(c0.bottom, c1.bottom, c3.bottom, c5.bottom, c7.bottom, &rangeCheck)
    )
  }

  @inline(__always) private func column2(_ index: Int, _ rangeCheck: inout RangeCheck) -> (top: Lanes, bottom: Lanes) {
    let even = coefficient(index, &rangeCheck) &<< 15 &+ 4096
    let odd =
      coefficient(5 &+ index, &rangeCheck) &* 29692 &- coefficient(10 &+ index, &rangeCheck) &* 10426
      &+ coefficient(15 &+ index, &rangeCheck) &* 6967 &- coefficient(20 &+ index, &rangeCheck) &* 5906
    return ((even &+ odd) &>> 13, (even &- odd) &>> 13)
  }

  @inline(__always) private func row2(
    _ c0: Lanes, _ c1: Lanes, _ c3: Lanes, _ c5: Lanes, _ c7: Lanes, _ rangeCheck: inout RangeCheck
  ) -> Lanes {
    let even = c0 &<< 15 &+ InverseDCT.rounding(20)
    let odd = c1 &* 29692 &- c3 &* 10426 &+ c5 &* 6967 &- c7 &* 5906
    let both = samples((even &+ odd) &>> 20, (even &- odd) &>> 20, &rangeCheck)
    return both | both &>> 8
  }

  // MARK: - Four samples

  /// Each row of four samples of a block fills its lane.
  @inline(__always) func fourByFour(into tile: UncheckedBuffer<UInt8>, _ rangeCheck: inout RangeCheck) {
    for column in 0..<7 {
      let (d0, d1) = (coefficient(column, &rangeCheck), coefficient(7 &+ column, &rangeCheck))
      let (d2, d3) = (coefficient(14 &+ column, &rangeCheck), coefficient(21 &+ column, &rangeCheck))
      let (d5, d6) = (coefficient(28 &+ column, &rangeCheck), coefficient(35 &+ column, &rangeCheck))
      let d7 = coefficient(42 &+ column, &rangeCheck)
      let w = InverseDCT.pass4(d0, d1, d2, d3, d5, d6, d7, rounding: 2048, shift: 12)
      keep(w, column: column, rowStep: 56, &rangeCheck)
    }
    for row in 0..<4 {
      let w = between + 56 &* row
      let s = InverseDCT.pass4(
        w.load(0, as: Lanes.self), w.load(8, as: Lanes.self), w.load(16, as: Lanes.self), w.load(24, as: Lanes.self),
        w.load(32, as: Lanes.self), w.load(40, as: Lanes.self), w.load(48, as: Lanes.self),
        rounding: InverseDCT.rounding(19), shift: 19)
      tile.store(packed(s.0, s.1, s.2, s.3, &rangeCheck), at: 32 &* row)
    }
  }

  /// The same for blocks of low frequencies.
  @inline(__always) func fourByFourOfLow(into tile: UncheckedBuffer<UInt8>, _ rangeCheck: inout RangeCheck) {
    for column in 0..<4 {
      let (d0, d1) = (coefficient(column, &rangeCheck), coefficient(7 &+ column, &rangeCheck))
      let (d2, d3) = (coefficient(14 &+ column, &rangeCheck), coefficient(21 &+ column, &rangeCheck))
      let w = InverseDCT.pass4(d0, d1, d2, d3, rounding: 2048, shift: 12)
      keep(w, column: column, rowStep: 32, &rangeCheck)
    }
    for row in 0..<4 {
      let w = between + 32 &* row
      let s = InverseDCT.pass4(
        w.load(0, as: Lanes.self), w.load(8, as: Lanes.self), w.load(16, as: Lanes.self), w.load(24, as: Lanes.self),
        rounding: InverseDCT.rounding(19), shift: 19)
      tile.store(packed(s.0, s.1, s.2, s.3, &rangeCheck), at: 32 &* row)
    }
  }

  /// Keeps the results of the first pass of a column for the second one.
  @inline(__always) private func keep(
    _ w: FourRows, column: Int, rowStep: Int, _ rangeCheck: inout RangeCheck
  ) {
    let maximum = Lanes(repeating: 1 &<< 14)
    rangeCheck.betweenPasses |= (w.0 &+ maximum) | (w.1 &+ maximum) | (w.2 &+ maximum) | (w.3 &+ maximum)
    between.store(w.0, at: 8 &* column)
    between.store(w.1, at: 8 &* column &+ rowStep)
    between.store(w.2, at: 8 &* column &+ 2 &* rowStep)
    between.store(w.3, at: 8 &* column &+ 3 &* rowStep)
  }

  /// The sums of the general pass, where the other terms are zero.
  @inline(__always) private static func pass4(
    _ d0: Lanes, _ d1: Lanes, _ d2: Lanes, _ d3: Lanes, rounding: Int32, shift: Int32
  ) -> FourRows {
    outputs4(
      d0 &<< 14 &+ rounding, even: d2 &* 15137, near: d1 &* 8697 &- d3 &* 17799, far: d1 &* 20995 &+ d3 &* 7373,
      shift: shift)
  }

  @inline(__always) private static func outputs4(
    _ dc: Lanes, even: Lanes, near: Lanes, far: Lanes, shift: Int32
  ) -> FourRows {
    let shift = Lanes(repeating: shift)
    return (
      (dc &+ even &+ far) &>> shift, (dc &- even &+ near) &>> shift, (dc &- even &- near) &>> shift,
      (dc &+ even &- far) &>> shift
    )
  }

  @inline(__always) private static func pass4(
    _ d0: Lanes, _ d1: Lanes, _ d2: Lanes, _ d3: Lanes, _ d5: Lanes, _ d6: Lanes, _ d7: Lanes, rounding: Int32,
    shift: Int32
  ) -> FourRows {
    outputs4(
      d0 &<< 14 &+ rounding, even: d2 &* 15137 &- d6 &* 6270,
      near: d1 &* 8697 &- d3 &* 17799 &+ d5 &* 11893 &- d7 &* 1730,
      far: d1 &* 20995 &+ d3 &* 7373 &- d5 &* 4926 &- d7 &* 4176, shift: shift)
  }

  /// Four samples of each block in its lane.
  @inline(__always) private func packed(
    _ s0: Lanes, _ s1: Lanes, _ s2: Lanes, _ s3: Lanes, _ rangeCheck: inout RangeCheck
  ) -> Lanes {
    samples(s0, s2, &rangeCheck) | samples(s1, s3, &rangeCheck) &<< 8
  }

  // MARK: - Eight samples

  /// Rows of eight samples per block, one block after the other.
  @inline(__always) func eightByEight(into tile: UncheckedBuffer<UInt8>, _ rangeCheck: inout RangeCheck) {
    for column in 0..<8 {
      let d = (
        coefficient(column, &rangeCheck), coefficient(8 &+ column, &rangeCheck), coefficient(16 &+ column, &rangeCheck),
        coefficient(24 &+ column, &rangeCheck), coefficient(32 &+ column, &rangeCheck),
        coefficient(40 &+ column, &rangeCheck),
        coefficient(48 &+ column, &rangeCheck), coefficient(56 &+ column, &rangeCheck)
      )
      let w = InverseDCT.pass8(d, rounding: 1024, shift: 11)
      keep(w, column: column, rowStep: 64, &rangeCheck)
    }
    for row in 0..<8 {
      let w = between + 64 &* row
      let s = InverseDCT.pass8(
        (
          w.load(0, as: Lanes.self), w.load(8, as: Lanes.self), w.load(16, as: Lanes.self), w.load(24, as: Lanes.self),
          w.load(32, as: Lanes.self), w.load(40, as: Lanes.self), w.load(48, as: Lanes.self),
          w.load(56, as: Lanes.self)
        ), rounding: InverseDCT.rounding(18), shift: 18)
      put(s, row: row, into: tile, &rangeCheck)
    }
  }

  /// The same for blocks of low frequencies.
  @inline(__always) func eightByEightOfLow(into tile: UncheckedBuffer<UInt8>, _ rangeCheck: inout RangeCheck) {
    for column in 0..<4 {
      let (d0, d1) = (coefficient(column, &rangeCheck), coefficient(8 &+ column, &rangeCheck))
      let (d2, d3) = (coefficient(16 &+ column, &rangeCheck), coefficient(24 &+ column, &rangeCheck))
      let w = InverseDCT.pass8(d0, d1, d2, d3, rounding: 1024, shift: 11)
      keep(w, column: column, rowStep: 32, &rangeCheck)
    }
    for row in 0..<8 {
      let w = between + 32 &* row
      let s = InverseDCT.pass8(
        w.load(0, as: Lanes.self), w.load(8, as: Lanes.self), w.load(16, as: Lanes.self), w.load(24, as: Lanes.self),
        rounding: InverseDCT.rounding(18), shift: 18)
      put(s, row: row, into: tile, &rangeCheck)
    }
  }

  @inline(__always) private func keep(_ w: EightRows, column: Int, rowStep: Int, _ rangeCheck: inout RangeCheck) {
    // The range is half of that at four samples, so the result is doubled below.
    let maximum = Lanes(repeating: 1 &<< 13)
    let sums = (w.0 &+ maximum) | (w.1 &+ maximum) | (w.2 &+ maximum) | (w.3 &+ maximum)
    rangeCheck.betweenPasses |=
      (sums | (w.4 &+ maximum) | (w.5 &+ maximum) | (w.6 &+ maximum) | (w.7 &+ maximum)) &<< 1
    (between + 8 &* column).storeEight(w, step: rowStep)
  }

  /// Stores a row of samples of each block.
  @inline(__always) private func put(
    _ s: EightRows, row: Int, into tile: UncheckedBuffer<UInt8>, _ rangeCheck: inout RangeCheck
  ) {
    let (left, right) = (packed(s.0, s.1, s.2, s.3, &rangeCheck), packed(s.4, s.5, s.6, s.7, &rangeCheck))
    tile.store(lower(left, right), at: 64 &* row)
    tile.store(upper(left, right), at: 64 &* row &+ 32)
  }

  @inline(__always) private static func outputs8(_ even: FourRows, _ odd: FourRows, shift: Int32) -> EightRows {
    let shift = Lanes(repeating: shift)
    return (
      (even.0 &+ odd.3) &>> shift, (even.1 &+ odd.2) &>> shift, (even.2 &+ odd.1) &>> shift,
      (even.3 &+ odd.0) &>> shift, (even.3 &- odd.0) &>> shift, (even.2 &- odd.1) &>> shift,
      (even.1 &- odd.2) &>> shift, (even.0 &- odd.3) &>> shift
    )
  }

  /// The sums of the general pass, where the last four terms are zero.
  @inline(__always) private static func pass8(
    _ d0: Lanes, _ d1: Lanes, _ d2: Lanes, _ d3: Lanes, rounding: Int32, shift: Int32
  ) -> EightRows {
    let dc = d0 &<< 13 &+ rounding
    let (t2, t3) = (d2 &* 4433, d2 &* 10703)
    let (e0, e3, e1, e2) = (dc &+ t3, dc &- t3, dc &+ t2, dc &- t2)
    let o0 = d1 &* 2260 &- d3 &* 6436
    let o1 = d1 &* 6437 &- d3 &* 11362
    let o2 = d1 &* 9633 &- d3 &* 2259
    let o3 = d1 &* 11363 &+ d3 &* 9633
    return outputs8((e0, e1, e2, e3), (o0, o1, o2, o3), shift: shift)
  }

  @inline(__always) private static func pass8(
    _ d: EightRows, rounding: Int32, shift: Int32
  ) -> EightRows {
    let z = (d.2 &+ d.6) &* 4433
    let (t2, t3) = (z &- d.6 &* 15137, z &+ d.2 &* 6270)
    let (t0, t1) = ((d.0 &+ d.4) &<< 13 &+ rounding, (d.0 &- d.4) &<< 13 &+ rounding)
    let (e0, e3, e1, e2) = (t0 &+ t3, t0 &- t3, t1 &+ t2, t1 &- t2)
    let (z3, z4) = (d.7 &+ d.3, d.5 &+ d.1)
    let z5 = (z3 &+ z4) &* 9633
    let (y1, y2) = ((d.7 &+ d.1) &* -7373, (d.5 &+ d.3) &* -20995)
    let (y3, y4) = (z3 &* -16069 &+ z5, z4 &* -3196 &+ z5)
    let o0 = d.7 &* 2446 &+ y1 &+ y3
    let o1 = d.5 &* 16819 &+ y2 &+ y4
    let o2 = d.3 &* 25172 &+ y2 &+ y3
    let o3 = d.1 &* 12299 &+ y1 &+ y4
    return outputs8((e0, e1, e2, e3), (o0, o1, o2, o3), shift: shift)
  }
}
