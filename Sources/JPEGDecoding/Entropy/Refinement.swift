/// Refines one block: new coefficients come, and those that were known get another bit each (ITU-T T.81, G.1.2.3).
///
/// The bits of the known ones stand between the codes of the new ones. They are collected in their order, and given out
/// at the end: so nothing in the loop over codes depends on how many there are, but how far to go on.
struct Refinement {
  private(set) var bits: Bits
  private let window: UncheckedBuffer<UInt8>
  private let coefficients: UncheckedBuffer<Int16>
  private let offsets: UncheckedBuffer<UInt16>
  /// Coefficients that were not zero before this scan: a bit each, in zigzag order.
  private let known: UInt64
  private(set) var nonzeros: UInt64
  /// The last one of the known coefficients' bits is the lowest. At most 63: each gets one.
  private var collected: UInt64 = 0

  /// Bits that are there when a code was taken from 56: see `Bits.take`.
  private static let minBits = 44

  @inline(__always) init(
    bits: Bits, window: UncheckedBuffer<UInt8>, coefficients: UncheckedBuffer<Int16>, offsets: UncheckedBuffer<UInt16>,
    known: UInt64
  ) {
    self.bits = bits
    self.window = window
    self.coefficients = coefficients
    self.offsets = offsets
    self.known = known
    nonzeros = known
  }

  /// Reads new coefficients to the end of the band.
  /// - Parameter ahead: the coefficients of the band that are not yet dealt with.
  /// - Returns: the run of blocks that end here, this one first; 0 where the band came to its last coefficient.
  @inline(__always) mutating func takeNew(_ ahead: inout UInt64, _ table: HuffmanTable) throws(Unsupported) -> Int {
    while ahead != 0 {
      bits.refill(window)
      let decoded = bits.take(table, window)
      if decoded.steps >= DecodedSymbol.end {
        guard decoded.steps == DecodedSymbol.end else { throw .code }
        return decoded.unsignedValue
      }
      // The place is behind so many coefficients that stay zero.
      let zeros = (ahead & ~known).withoutLowest(decoded.steps)
      guard zeros != 0 else { throw .code }
      let lowestBit = zeros & (0 &- zeros)
      collect(known & ahead & (lowestBit &- 1))
      ahead &= ~(zeros ^ (zeros &- 1))
      // In bounds: one of 64 bits. Where only zeros are passed over, a zero is overwritten by the value zero.
      let index = lowestBit.trailingZeroBitCount & 63
      coefficients[Int(offsets[index])] = Int16(truncatingIfNeeded: decoded.value)
      nonzeros |= decoded.value == 0 ? 0 : lowestBit
    }
    return 0
  }

  /// Reads a bit for each of some known coefficients.
  @inline(__always) mutating func collect(allOf which: UInt64) {
    bits.refill(window)
    collect(which)
  }

  @inline(__always) private mutating func collect(_ which: UInt64) {
    var count = which.nonzeroBitCount
    if count > Refinement.minBits {
      take(32)
      bits.refill(window)
      count &-= 32
    }
    take(count)
  }

  @inline(__always) private mutating func take(_ count: Int) {
    collected = collected &<< UInt64(truncatingIfNeeded: count) | bits.bits.top(count)
    bits.drop(count)
  }

  /// Gives the collected bits to the known coefficients of the band: where one is set, the magnitude grows by the unit,
  /// the bit that the scan tells of.
  /// - Parameter needed: of those, the ones that matter.
  @inline(__always) func correct(_ which: UInt64, needed: UInt64, unit: Int16) {
    let word = collected &<< UInt64(truncatingIfNeeded: 64 &- which.nonzeroBitCount)
    var left = which & needed
    while left != 0 {
      // In bounds: one of 64 bits.
      let lowestBit = Int(offsets[left.trailingZeroBitCount & 63])
      let rank = (which & ((left & (0 &- left)) &- 1)).nonzeroBitCount
      left &= left &- 1
      let coefficient = coefficients[lowestBit]
      let sign = coefficient &>> 15
      let isSet = Int16(truncatingIfNeeded: Int64(bitPattern: word &<< UInt64(truncatingIfNeeded: rank)) &>> 63)
      coefficients[lowestBit] = coefficient &+ (((unit ^ sign) &- sign) & isSet)
    }
  }
}

extension UInt64 {
  /// Without the lowest bits that are set, so many of them.
  @inline(__always) fileprivate func withoutLowest(_ count: Int) -> UInt64 {
    var (bits, count) = (self, count)
    while count > 3 {
      for _ in 0..<4 { bits &= bits &- 1 }
      count &-= 4
    }
    // Choices, no loop whose end would have to be guessed.
    bits = count > 0 ? bits & (bits &- 1) : bits
    bits = count > 1 ? bits & (bits &- 1) : bits
    return count > 2 ? bits & (bits &- 1) : bits
  }
}
