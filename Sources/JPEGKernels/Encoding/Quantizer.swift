/// Divides the results of `ForwardDCT` by eight times the quantization steps, rounded to the nearest, halves away from zero.
///
/// A quotient is the upper half of a product, shifted, as in libjpeg-turbo (compute_reciprocal of jcdctmgr.c). It is exact: a test
/// compares all values and steps.
struct Quantizer {
  /// In zigzag order, sixteen of each.
  private let reciprocals: UncheckedBuffer<UInt16>
  /// In zigzag order, what is added before and shifted after a multiplication.
  private let corrections: UncheckedBuffer<UInt16>
  private let shifts: UncheckedBuffer<UInt16>

  static let scratchByteCount =
    ScratchArena.byteCount(16 * 64, UInt16.self) + 2 * ScratchArena.byteCount(64, UInt16.self)

  /// - Parameter steps: in zigzag order, 1...255.
  init(_ steps: [UInt8], scratch: inout ScratchArena) {
    reciprocals = scratch.take(16 * 64, UInt16.self)
    corrections = scratch.take(64, UInt16.self)
    shifts = scratch.take(64, UInt16.self)
    for (index, step) in steps.enumerated() {
      let divisor = UInt32(step) * 8
      let shift = 31 - UInt32(divisor.leadingZeroBitCount)
      let (quotient, remainder) = (1 << (16 + shift) as UInt32).quotientAndRemainder(dividingBy: divisor)
      // The reciprocal of a power of two has 17 bits. One that is rounded down needs a larger dividend.
      let isPower = remainder == 0
      let isRoundedDown = !isPower && remainder <= divisor / 2
      let reciprocal = UInt16(isPower ? quotient / 2 : isRoundedDown ? quotient : quotient + 1)
      reciprocals.store(SIMD16(repeating: reciprocal), at: 16 * index)
      corrections[index] = UInt16(divisor / 2 + (isRoundedDown ? 1 : 0))
      shifts[index] = UInt16(isPower ? shift - 1 : shift)
    }
  }

  /// - Parameter index: of the coefficient, in zigzag order.
  /// - Returns: the absolute values of the quotients.
  @inline(__always) func quotients(_ magnitudes: SixteenBlocks, _ index: Int) -> SixteenBlocks {
    let dividends = bitCast(magnitudes, to: SIMD16<UInt16>.self) &+ corrections[index]
    let products = upperProducts(dividends, reciprocals.load(16 &* index, as: SIMD16<UInt16>.self))
    return bitCast(products &>> SIMD16(repeating: shifts[index]), to: SixteenBlocks.self)
  }

  /// The upper halves of the products. Written out, because the optimizer recognizes the instruction only in this form, and only
  /// if both factors are vectors.
  @inline(__always)
  private func upperProducts(_ x: SIMD16<UInt16>, _ y: SIMD16<UInt16>) -> SIMD16<UInt16> {
    @inline(__always)
    func lane(_ index: Int) -> UInt16 { UInt16(truncatingIfNeeded: (UInt32(x[index]) &* UInt32(y[index])) &>> 16) }
    return SIMD16(
      lane(0), lane(1), lane(2), lane(3), lane(4), lane(5), lane(6), lane(7), lane(8), lane(9), lane(10), lane(11),
      lane(12), lane(13), lane(14), lane(15))
  }
}
