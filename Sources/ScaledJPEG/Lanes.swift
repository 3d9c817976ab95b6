// Eight lanes of 16 bits, taken from two vectors in turns: what transposes small tiles.

typealias Lanes = SIMD8<Int16>

/// The lower halves of two vectors, their lanes in turns.
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

/// One of three equal steps that transpose eight rows of eight lanes.
@inline(__always)
func shuffled(_ rows: EightLanes) -> EightLanes {
  (
    lower(rows.0, rows.4), upper(rows.0, rows.4), lower(rows.1, rows.5), upper(rows.1, rows.5),
    lower(rows.2, rows.6), upper(rows.2, rows.6), lower(rows.3, rows.7), upper(rows.3, rows.7)
  )
}

typealias EightLanes = (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes, Lanes)

@inline(__always) func wide(_ lanes: SIMD4<Int16>) -> SIMD4<Int32> { SIMD4<Int32>(truncatingIfNeeded: lanes) }
@inline(__always) func wide(_ lanes: Lanes) -> SIMD8<Int32> { SIMD8<Int32>(truncatingIfNeeded: lanes) }
@inline(__always) func narrow(_ lanes: SIMD8<Int32>) -> Lanes { Lanes(truncatingIfNeeded: lanes) }
