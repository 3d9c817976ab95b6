/// A block's coefficients, dequantised and brought to samples: exactly as libjpeg-turbo does at each scaled size.
///
/// Both passes of its transforms (jidctred.c and jidctint.c after Loeffler, Ligtenberg and Moschytz, 1989) are sums of
/// products with 13-bit constants, rounded once each. Sums of integers do not depend on their order, so what is computed
/// here is the same, as long as nothing overflows. That is where libjpeg's own versions for different processors part,
/// too, and it is checked: `trouble` collects what leaves these ranges.
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

  /// What left its range: any bit that is set.
  struct Trouble {
    var lanes = SIMD8<Int32>()
    var value = 0

    /// Whether all is in range so far.
    var isNone: Bool { lanes == SIMD8<Int32>() && value == 0 }
  }

  /// Half the samples' range: JPEG codes them around it.
  static let centre: Int32 = 128

  /// A row of dequantised coefficients.
  @inline(__always) private func row(_ index: Int, _ trouble: inout Trouble) -> SIMD8<Int32> {
    // At most 2^15 * 2^16 in magnitude.
    let values = wide(block.load(8 &* index, as: Lanes.self)) &* steps.load(8 &* index, as: SIMD8<Int32>.self)
    trouble.lanes |= (values &+ 2048) &>> 12
    return values
  }

  /// Of a block with DC only: all its samples, whatever the scaled size.
  @inline(__always) static func flat(_ value: Int, _ trouble: inout Trouble) -> UInt8 {
    trouble.value |= (value &+ 2048) &>> 12
    return UInt8(truncatingIfNeeded: min(max((value &+ 4) &>> 3 &+ Int(centre), 0), 255))
  }

  // MARK: - Two samples

  @inline(__always) func twoByTwo(into samples: Memory<UInt8>, stride: Int, _ trouble: inout Trouble) {
    let even = row(0, &trouble) &<< 15
    let odd =
      row(1, &trouble) &* 29692 &- row(3, &trouble) &* 10426 &+ row(5, &trouble) &* 6967 &- row(7, &trouble) &* 5906
    let upper = pair((even &+ odd &+ 4096) &>> 13)
    let lower = pair((even &- odd &+ 4096) &>> 13)
    let sums = SIMD4(lowHalf: upper, highHalf: lower) &+ (1 &<< 19)
    let all = bytes(sums &>> 20, &trouble)
    samples.store(UInt16(truncatingIfNeeded: all[0] | all[1] &<< 8), at: 0)
    samples.store(UInt16(truncatingIfNeeded: all[2] | all[3] &<< 8), at: stride)
  }

  /// The second pass on one row, before rounding.
  @inline(__always) private func pair(_ row: SIMD8<Int32>) -> SIMD2<Int32> {
    let products = row &* SIMD8(0, 29692, 0, -10426, 0, 6967, 0, -5906)
    let odd = products.wrappedSum()
    let even = row[0] &<< 15
    return SIMD2(even &+ odd, even &- odd)
  }

  // MARK: - Four samples

  @inline(__always) func fourByFour(into samples: Memory<UInt8>, stride: Int, _ trouble: inout Trouble) {
    let (d1, d2, d3) = (row(1, &trouble), row(2, &trouble), row(3, &trouble))
    let (d5, d6, d7) = (row(5, &trouble), row(6, &trouble), row(7, &trouble))
    let dc = row(0, &trouble) &<< 14 &+ 2048
    let even = d2 &* 15137 &- d6 &* 6270
    let near = d1 &* 8697 &- d3 &* 17799 &+ d5 &* 11893 &- d7 &* 1730
    let far = d1 &* 20995 &+ d3 &* 7373 &- d5 &* 4926 &- d7 &* 4176
    let w0 = (dc &+ even &+ far) &>> 12
    let w1 = (dc &- even &+ near) &>> 12
    let w2 = (dc &- even &- near) &>> 12
    let w3 = (dc &+ even &- far) &>> 12
    let most = SIMD8<Int32>(repeating: 1 &<< 14)
    trouble.lanes |= ((w0 &+ most) | (w1 &+ most) | (w2 &+ most) | (w3 &+ most)) &>> 15
    secondPass(narrow(w0), narrow(w1), narrow(w2), narrow(w3), into: samples, stride: stride, &trouble)
  }

  @inline(__always) private func secondPass(
    _ w0: Lanes, _ w1: Lanes, _ w2: Lanes, _ w3: Lanes, into samples: Memory<UInt8>, stride: Int,
    _ trouble: inout Trouble
  ) {
    // Two columns of four a vector.
    let (p, q) = (lower(w0, w2), lower(w1, w3))
    let (r, s) = (upper(w0, w2), upper(w1, w3))
    let (c01, c23) = (lower(p, q), upper(p, q))
    let (c45, c67) = (lower(r, s), upper(r, s))
    let (d1, d3, d5, d7) = (wide(c01.highHalf), wide(c23.highHalf), wide(c45.highHalf), wide(c67.highHalf))
    let dc = wide(c01.lowHalf) &<< 14 &+ (1 &<< 18)
    let even = wide(c23.lowHalf) &* 15137 &- wide(c67.lowHalf) &* 6270
    let near = d1 &* 8697 &- d3 &* 17799 &+ d5 &* 11893 &- d7 &* 1730
    let far = d1 &* 20995 &+ d3 &* 7373 &- d5 &* 4926 &- d7 &* 4176
    let rows =
      bytes((dc &+ even &+ far) &>> 19, &trouble)
      | bytes((dc &- even &+ near) &>> 19, &trouble) &<< 8
      | bytes((dc &- even &- near) &>> 19, &trouble) &<< 16
      | bytes((dc &+ even &- far) &>> 19, &trouble) &<< 24
    for index in 0..<4 { samples.store(rows[index], at: index &* stride) }
  }

  /// Brought to samples.
  @inline(__always) private func bytes(_ values: SIMD4<Int32>, _ trouble: inout Trouble) -> SIMD4<UInt32> {
    trouble.lanes.lowHalf |= (values &+ 512) &>> 10
    let clamped = (values &+ InverseDCT.centre).clamped(
      lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 255))
    return SIMD4<UInt32>(truncatingIfNeeded: clamped)
  }

  // MARK: - Eight samples

  @inline(__always) func eightByEight(into samples: Memory<UInt8>, stride: Int, _ trouble: inout Trouble) {
    let rows = pass(
      row(0, &trouble), row(1, &trouble), row(2, &trouble), row(3, &trouble), row(4, &trouble), row(5, &trouble),
      row(6, &trouble), row(7, &trouble), shift: 11)
    check(rows, &trouble)
    let lanes = (
      narrow(rows.0), narrow(rows.1), narrow(rows.2), narrow(rows.3), narrow(rows.4), narrow(rows.5), narrow(rows.6),
      narrow(rows.7)
    )
    let c = shuffled(shuffled(shuffled(lanes)))
    let columns = pass(
      wide(c.0), wide(c.1), wide(c.2), wide(c.3), wide(c.4), wide(c.5), wide(c.6), wide(c.7), shift: 18)
    let left =
      bytes(columns.0, &trouble) | bytes(columns.1, &trouble) &<< 8 | bytes(columns.2, &trouble) &<< 16
      | bytes(columns.3, &trouble) &<< 24
    let right =
      bytes(columns.4, &trouble) | bytes(columns.5, &trouble) &<< 8 | bytes(columns.6, &trouble) &<< 16
      | bytes(columns.7, &trouble) &<< 24
    for index in 0..<8 {
      samples.store(left[index], at: index &* stride)
      samples.store(right[index], at: index &* stride &+ 4)
    }
  }

  private typealias EightRows = (
    SIMD8<Int32>, SIMD8<Int32>, SIMD8<Int32>, SIMD8<Int32>, SIMD8<Int32>, SIMD8<Int32>, SIMD8<Int32>, SIMD8<Int32>
  )

  @inline(__always) private func check(_ rows: EightRows, _ trouble: inout Trouble) {
    let most = SIMD8<Int32>(repeating: 1 &<< 13)
    trouble.lanes |= ((rows.0 &+ most) | (rows.1 &+ most) | (rows.2 &+ most) | (rows.3 &+ most)) &>> 14
    trouble.lanes |= ((rows.4 &+ most) | (rows.5 &+ most) | (rows.6 &+ most) | (rows.7 &+ most)) &>> 14
  }

  @inline(__always) private func pass(
    _ d0: SIMD8<Int32>, _ d1: SIMD8<Int32>, _ d2: SIMD8<Int32>, _ d3: SIMD8<Int32>, _ d4: SIMD8<Int32>,
    _ d5: SIMD8<Int32>, _ d6: SIMD8<Int32>, _ d7: SIMD8<Int32>, shift: Int32
  ) -> EightRows {
    let z = (d2 &+ d6) &* 4433
    let (t2, t3) = (z &- d6 &* 15137, z &+ d2 &* 6270)
    let half = SIMD8<Int32>(repeating: 1 &<< (shift &- 1))
    let (t0, t1) = ((d0 &+ d4) &<< 13 &+ half, (d0 &- d4) &<< 13 &+ half)
    let (e0, e3, e1, e2) = (t0 &+ t3, t0 &- t3, t1 &+ t2, t1 &- t2)
    let (z3, z4) = (d7 &+ d3, d5 &+ d1)
    let z5 = (z3 &+ z4) &* 9633
    let (y1, y2) = ((d7 &+ d1) &* -7373, (d5 &+ d3) &* -20995)
    let (y3, y4) = (z3 &* -16069 &+ z5, z4 &* -3196 &+ z5)
    let o0 = d7 &* 2446 &+ y1 &+ y3
    let o1 = d5 &* 16819 &+ y2 &+ y4
    let o2 = d3 &* 25172 &+ y2 &+ y3
    let o3 = d1 &* 12299 &+ y1 &+ y4
    let shift = SIMD8<Int32>(repeating: shift)
    return (
      (e0 &+ o3) &>> shift, (e1 &+ o2) &>> shift, (e2 &+ o1) &>> shift, (e3 &+ o0) &>> shift, (e3 &- o0) &>> shift,
      (e2 &- o1) &>> shift, (e1 &- o2) &>> shift, (e0 &- o3) &>> shift
    )
  }

  @inline(__always) private func bytes(_ values: SIMD8<Int32>, _ trouble: inout Trouble) -> SIMD8<UInt32> {
    trouble.lanes |= (values &+ 512) &>> 10
    let clamped = (values &+ InverseDCT.centre).clamped(
      lowerBound: SIMD8(repeating: 0), upperBound: SIMD8(repeating: 255))
    return SIMD8<UInt32>(truncatingIfNeeded: clamped)
  }
}
