// Conversions and shuffles of lanes in the forms that the optimizer makes single instructions of: the library's
// conversions are loops, which it does not always unroll.

typealias Lanes = SIMD8<Int32>

/// Eight numbers of 16 bits.
@inline(__always)
func wide(_ x: SIMD8<Int16>) -> Lanes {
  Lanes(Int32(x[0]), Int32(x[1]), Int32(x[2]), Int32(x[3]), Int32(x[4]), Int32(x[5]), Int32(x[6]), Int32(x[7]))
}

typealias FourLanes = SIMD4<Int32>
typealias FourRows = (FourLanes, FourLanes, FourLanes, FourLanes)

/// The lower halves of two vectors, their lanes in turns.
@inline(__always)
func lower(_ x: FourLanes, _ y: FourLanes) -> FourLanes {
  var result = FourLanes()
  result.evenHalf = x.lowHalf
  result.oddHalf = y.lowHalf
  return result
}

@inline(__always)
func upper(_ x: FourLanes, _ y: FourLanes) -> FourLanes {
  var result = FourLanes()
  result.evenHalf = x.highHalf
  result.oddHalf = y.highHalf
  return result
}

/// Rows as columns.
@inline(__always)
func transposed(_ a: FourLanes, _ b: FourLanes, _ c: FourLanes, _ d: FourLanes) -> FourRows {
  let (p, q, r, s) = (lower(a, c), lower(b, d), upper(a, c), upper(b, d))
  return (lower(p, q), upper(p, q), lower(r, s), upper(r, s))
}

typealias EightRows = (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes)

@inline(__always)
func transposed(_ d: EightRows) -> EightRows {
  let a = transposed(d.0.lowHalf, d.1.lowHalf, d.2.lowHalf, d.3.lowHalf)
  let b = transposed(d.0.highHalf, d.1.highHalf, d.2.highHalf, d.3.highHalf)
  let c = transposed(d.4.lowHalf, d.5.lowHalf, d.6.lowHalf, d.7.lowHalf)
  let e = transposed(d.4.highHalf, d.5.highHalf, d.6.highHalf, d.7.highHalf)
  return (
    Lanes(lowHalf: a.0, highHalf: c.0), Lanes(lowHalf: a.1, highHalf: c.1), Lanes(lowHalf: a.2, highHalf: c.2),
    Lanes(lowHalf: a.3, highHalf: c.3), Lanes(lowHalf: b.0, highHalf: e.0), Lanes(lowHalf: b.1, highHalf: e.1),
    Lanes(lowHalf: b.2, highHalf: e.2), Lanes(lowHalf: b.3, highHalf: e.3)
  )
}
