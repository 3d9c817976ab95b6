internal import JPEGDecoding

/// Refines one block: adds new coefficients, and one more bit to each known coefficient (ITU-T T.81, G.1.2.3).
///
/// The correction bits of known coefficients are between the codes of new ones. They are collected in order and applied after the
/// last code. So inside the loop over codes, only the distance to advance depends on them.
struct Refinement {
  private(set) var bits: Bits
  private let window: UncheckedBuffer<UInt8>
  private let coefficients: UncheckedBuffer<Int16>
  private let offsets: UncheckedBuffer<UInt16>
  /// Coefficients that were not zero before this scan: one bit each, in zigzag order.
  private let known: UInt64
  private let deposit: BitDeposit
  private(set) var nonzeros: UInt64
  /// The correction bits read so far, the last one lowest. At most 63: one per known coefficient.
  private var collected: UInt64 = 0

  /// Bits left after a code was taken from 56: see `Bits.take`.
  private static let minBits = 44

  @inline(__always) init(
    bits: Bits, window: UncheckedBuffer<UInt8>, coefficients: UncheckedBuffer<Int16>, offsets: UncheckedBuffer<UInt16>,
    known: UInt64, deposit: BitDeposit
  ) {
    self.bits = bits
    self.window = window
    self.coefficients = coefficients
    self.offsets = offsets
    self.known = known
    self.deposit = deposit
    nonzeros = known
  }

  /// Reads new coefficients up to the end of the band.
  /// - Parameter ahead: the coefficients of the band that are not yet decoded.
  /// - Returns: the number of blocks that end here, this one included, or 0 if the band reached its last coefficient.
  @inline(__always) mutating func takeNew(_ ahead: inout UInt64, _ table: HuffmanTable) throws(Unsupported) -> Int {
    while ahead != 0 {
      bits.refill(window)
      let decoded = bits.take(table, window)
      if decoded.steps >= DecodedSymbol.end {
        guard decoded.steps == DecodedSymbol.end else { throw .code }
        return decoded.unsignedValue
      }
      // The new coefficient comes after `steps` coefficients that stay zero.
      let lowestBit = deposit.bit(ofRank: decoded.steps, in: ahead & ~known)
      guard lowestBit != 0 else { throw .code }
      collect(known & ahead & (lowestBit &- 1))
      ahead &= 0 &- lowestBit &<< 1
      // In bounds: one of 64 bits. A symbol that only skips zeros has the value zero, and writes it over a zero.
      let index = lowestBit.trailingZeroBitCount & 63
      coefficients[Int(offsets[index])] = Int16(truncatingIfNeeded: decoded.value)
      nonzeros |= decoded.value == 0 ? 0 : lowestBit
    }
    return 0
  }

  /// Reads a bit for each coefficient in `which`, all of them known.
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

  /// Applies the collected bits to the known coefficients of the band. A set bit increases the magnitude by the unit, which is
  /// the bit that this scan codes.
  /// - Parameter needed: the coefficients that matter to the samples.
  @inline(__always) func correct(_ which: UInt64, needed: UInt64, unit: Int16) {
    let word = collected &<< UInt64(truncatingIfNeeded: 64 &- which.nonzeroBitCount)
    var left = deposit.select(which, by: word) & needed
    while left != 0 {
      // In bounds: one of 64 bits.
      let offset = Int(offsets[left.trailingZeroBitCount & 63])
      left &= left &- 1
      let coefficient = coefficients[offset]
      let sign = coefficient &>> 15
      coefficients[offset] = coefficient &+ ((unit ^ sign) &- sign)
    }
  }
}
