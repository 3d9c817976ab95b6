// Conversions and shuffles of lanes in a form that the optimizer compiles to single instructions. The conversions of the standard
// library are loops, which the optimizer does not always unroll.

typealias Lanes = SIMD8<Int32>

/// Widens eight 16-bit numbers.
@inline(__always)
func wide(_ x: SIMD8<Int16>) -> Lanes {
  Lanes(Int32(x[0]), Int32(x[1]), Int32(x[2]), Int32(x[3]), Int32(x[4]), Int32(x[5]), Int32(x[6]), Int32(x[7]))
}

typealias FourRows = (Lanes, Lanes, Lanes, Lanes)
typealias EightRows = (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes)

/// Interleaves the lower halves of two vectors.
@inline(__always)
func lower(_ x: Lanes, _ y: Lanes) -> Lanes {
  var result = Lanes()
  result.evenHalf = x.lowHalf
  result.oddHalf = y.lowHalf
  return result
}

@inline(__always)
func upper(_ x: Lanes, _ y: Lanes) -> Lanes {
  var result = Lanes()
  result.evenHalf = x.highHalf
  result.oddHalf = y.highHalf
  return result
}

/// The lowest byte of each lane.
@inline(__always)
func bytes(_ x: Lanes) -> SIMD8<UInt8> {
  @inline(__always)
  func lane(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: x[index]) }
  return SIMD8(lane(0), lane(1), lane(2), lane(3), lane(4), lane(5), lane(6), lane(7))
}
