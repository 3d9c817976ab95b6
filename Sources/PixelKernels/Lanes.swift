// Building blocks of the resizing passes: multiply-add of 16-bit pairs, and transposition of small tiles.
//
// The optimizer turns each of these into one or two machine instructions, as the assembly shows, but only in exactly these forms.
// Conversions stay at eight lanes or fewer, because the standard library implements them as loops, which are not unrolled beyond
// that. A sum of products is built in halves of four lanes: otherwise the optimizer merges it into the accumulation around it
// before it recognizes the multiply-add instruction (pmaddwd).

/// `a[2i] * b[2i] + a[2i+1] * b[2i+1]` in 32 bits.
@inline(__always)
private func multiplyAdd(_ a: SIMD8<Int16>, _ b: SIMD8<Int16>) -> SIMD4<Int32> {
  SIMD4<Int32>(truncatingIfNeeded: a.evenHalf) &* SIMD4<Int32>(truncatingIfNeeded: b.evenHalf)
    &+ SIMD4<Int32>(truncatingIfNeeded: a.oddHalf) &* SIMD4<Int32>(truncatingIfNeeded: b.oddHalf)
}

/// Sums of the products of eight pairs with one pair of weights.
@inline(__always)
func multiplyAdd(_ pairs: SIMD16<Int16>, _ weights: SIMD8<Int16>) -> SIMD8<Int32> {
  SIMD8(lowHalf: multiplyAdd(pairs.lowHalf, weights), highHalf: multiplyAdd(pairs.highHalf, weights))
}

/// Two adjacent weights, the first at `index`, repeated four times.
@inline(__always)
func repeatedPair(_ weights: UncheckedBuffer<Int16>, _ index: Int) -> SIMD8<Int16> {
  bitCast(SIMD4<Int32>(repeating: weights.load(index, as: Int32.self)), to: SIMD8<Int16>.self)
}

/// 128 bits, used as lanes of any width.
typealias Lanes = SIMD8<Int16>

/// Interleaves the lower (or upper) halves of two vectors, in lanes of 16, 32 or 64 bits.
@inline(__always)
func low16(_ x: Lanes, _ y: Lanes) -> Lanes {
  var result = Lanes()
  result.evenHalf = x.lowHalf
  result.oddHalf = y.lowHalf
  return result
}

@inline(__always)
func high16(_ x: Lanes, _ y: Lanes) -> Lanes {
  var result = Lanes()
  result.evenHalf = x.highHalf
  result.oddHalf = y.highHalf
  return result
}

@inline(__always)
func low32(_ x: Lanes, _ y: Lanes) -> Lanes {
  var result = SIMD4<Int32>()
  result.evenHalf = bitCast(x, to: SIMD4<Int32>.self).lowHalf
  result.oddHalf = bitCast(y, to: SIMD4<Int32>.self).lowHalf
  return bitCast(result, to: Lanes.self)
}

@inline(__always)
func high32(_ x: Lanes, _ y: Lanes) -> Lanes {
  var result = SIMD4<Int32>()
  result.evenHalf = bitCast(x, to: SIMD4<Int32>.self).highHalf
  result.oddHalf = bitCast(y, to: SIMD4<Int32>.self).highHalf
  return bitCast(result, to: Lanes.self)
}

@inline(__always)
func low64(_ x: Lanes, _ y: Lanes) -> Lanes {
  let (x, y) = (bitCast(x, to: SIMD2<Int64>.self), bitCast(y, to: SIMD2<Int64>.self))
  return bitCast(SIMD2(x[0], y[0]), to: Lanes.self)
}

@inline(__always)
func high64(_ x: Lanes, _ y: Lanes) -> Lanes {
  let (x, y) = (bitCast(x, to: SIMD2<Int64>.self), bitCast(y, to: SIMD2<Int64>.self))
  return bitCast(SIMD2(x[1], y[1]), to: Lanes.self)
}

/// Transposes eight rows of eight 16-bit lanes, `stride` bytes apart, to eight columns.
@inline(__always)
func transposed16(
  _ rows: UncheckedBytes, stride: Int
) -> (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes) {
  @inline(__always)
  func row(_ index: Int) -> Lanes { rows.load(index * stride, as: Lanes.self) }
  let (a0, a1, a2, a3) = (
    low16(row(0), row(1)), high16(row(0), row(1)), low16(row(2), row(3)), high16(row(2), row(3))
  )
  let (a4, a5, a6, a7) = (
    low16(row(4), row(5)), high16(row(4), row(5)), low16(row(6), row(7)), high16(row(6), row(7))
  )
  let (b0, b1, b2, b3) = (low32(a0, a2), high32(a0, a2), low32(a1, a3), high32(a1, a3))
  let (b4, b5, b6, b7) = (low32(a4, a6), high32(a4, a6), low32(a5, a7), high32(a5, a7))
  return (
    low64(b0, b4), high64(b0, b4), low64(b1, b5), high64(b1, b5),
    low64(b2, b6), high64(b2, b6), low64(b3, b7), high64(b3, b7)
  )
}

/// Transposes four rows of four 32-bit lanes, `stride` bytes apart, to four columns.
@inline(__always)
func transposed32(_ rows: UncheckedBytes, stride: Int) -> (Lanes, Lanes, Lanes, Lanes) {
  @inline(__always)
  func row(_ index: Int) -> Lanes { rows.load(index * stride, as: Lanes.self) }
  let (a0, a1, a2, a3) = (
    low32(row(0), row(1)), high32(row(0), row(1)), low32(row(2), row(3)), high32(row(2), row(3))
  )
  return (low64(a0, a2), high64(a0, a2), low64(a1, a3), high64(a1, a3))
}

/// Transposes eight groups of eight bytes in four vectors: byte `i` of each group becomes part of group `i`.
///
/// The index of a byte has six bits: three for the group, three within the group. Taking the even bytes before the odd ones
/// rotates these bits by one. Three rotations exchange the two halves.
@inline(__always)
func transposed8(
  _ groups: (SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>)
) -> (SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>) {
  @inline(__always)
  func turned(
    _ v: (SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>)
  ) -> (SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>) {
    (
      SIMD16(lowHalf: v.0.evenHalf, highHalf: v.1.evenHalf), SIMD16(lowHalf: v.2.evenHalf, highHalf: v.3.evenHalf),
      SIMD16(lowHalf: v.0.oddHalf, highHalf: v.1.oddHalf), SIMD16(lowHalf: v.2.oddHalf, highHalf: v.3.oddHalf)
    )
  }
  return turned(turned(turned(groups)))
}

/// The low bits of each lane. Written out, because the conversion of the standard library is not inlined where it is used often.
@inline(__always)
func narrowed16(_ v: SIMD8<Int32>) -> SIMD8<Int16> {
  @inline(__always)
  func lane(_ index: Int) -> Int16 { Int16(truncatingIfNeeded: v[index]) }
  return SIMD8(lane(0), lane(1), lane(2), lane(3), lane(4), lane(5), lane(6), lane(7))
}

/// Widens each byte to 16 bits by inserting zeros. Written out for the same reason.
@inline(__always)
func widened8(_ v: SIMD8<UInt8>) -> SIMD8<UInt16> {
  var result = SIMD16<UInt8>.zero
  result.evenHalf = v
  return bitCast(result, to: SIMD8<UInt16>.self)
}

@inline(__always)
func narrowed8(_ v: SIMD8<Int32>) -> SIMD8<UInt8> {
  @inline(__always)
  func lane(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: v[index]) }
  return SIMD8(lane(0), lane(1), lane(2), lane(3), lane(4), lane(5), lane(6), lane(7))
}

/// Clamps each lane to `minimum...maximum`.
@inline(__always)
func kept(_ v: SIMD8<Int32>, _ minimum: Int32, _ maximum: Int32) -> SIMD8<Int32> {
  let low = SIMD8<Int32>(repeating: minimum)
  let high = SIMD8<Int32>(repeating: maximum)
  let raised = v.replacing(with: low, where: v .< low)
  return raised.replacing(with: high, where: raised .> high)
}

@inline(__always)
func kept(_ v: SIMD8<Float>, _ minimum: Float, _ maximum: Float) -> SIMD8<Float> {
  let low = SIMD8<Float>(repeating: minimum)
  let high = SIMD8<Float>(repeating: maximum)
  let raised = v.replacing(with: low, where: v .< low)
  return raised.replacing(with: high, where: raised .> high)
}

/// The nearest integers (ties to even), for magnitudes below 2^22.
///
/// Adding 1.5 * 2^23 rounds away the fraction, and leaves the integer in the low bits of the sum. The result is the same on every
/// processor and needs no call.
@inline(__always)
func nearest(_ values: SIMD8<Float>) -> SIMD8<Int32> {
  bitCast(values + 12_582_912, to: SIMD8<Int32>.self) &- 0x4B40_0000
}
