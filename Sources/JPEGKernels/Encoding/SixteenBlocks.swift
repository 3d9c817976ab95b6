/// One value of each of sixteen blocks.
typealias SixteenBlocks = SIMD16<Int16>
typealias EightRows16 = (
  SixteenBlocks, SixteenBlocks, SixteenBlocks, SixteenBlocks, SixteenBlocks, SixteenBlocks, SixteenBlocks,
  SixteenBlocks
)

/// Products and sums of such values in 32 bits.
struct WideBlocks {
  /// Of the even lanes, and of the odd ones.
  private var even: Lanes
  private var odd: Lanes

  @inline(__always) init(_ values: SixteenBlocks) {
    let both = bitCast(values, to: Lanes.self)
    even = (both &<< 16) &>> 16
    odd = both &>> 16
  }

  @inline(__always) private init(_ even: Lanes, _ odd: Lanes) {
    self.even = even
    self.odd = odd
  }

  /// - Parameter factor: fits 16 bits, so that a product is one multiply-add of 16-bit pairs.
  @inline(__always) static func * (blocks: WideBlocks, factor: Int32) -> WideBlocks {
    WideBlocks(blocks.even &* factor, blocks.odd &* factor)
  }

  @inline(__always) static func + (x: WideBlocks, y: WideBlocks) -> WideBlocks {
    WideBlocks(x.even &+ y.even, x.odd &+ y.odd)
  }

  @inline(__always) static func - (x: WideBlocks, y: WideBlocks) -> WideBlocks {
    WideBlocks(x.even &- y.even, x.odd &- y.odd)
  }

  @inline(__always) static func + (blocks: WideBlocks, value: Int32) -> WideBlocks {
    WideBlocks(blocks.even &+ value, blocks.odd &+ value)
  }

  /// Drops the lowest bits. The result must fit 16 bits.
  @inline(__always) func shifted(_ bits: Int32) -> SixteenBlocks {
    let lower = Lanes(repeating: 0xFFFF)
    return bitCast((even &>> bits) & lower | (odd &<< (16 &- bits)) & ~lower, to: SixteenBlocks.self)
  }
}
