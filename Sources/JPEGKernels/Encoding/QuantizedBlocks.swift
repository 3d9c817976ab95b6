/// The quantized coefficients of a row of MCUs.
///
/// Blocks are interleaved in groups of sixteen: first one coefficient of each block, then the next coefficient of each. So a
/// transform processes sixteen blocks at once.
struct QuantizedBlocks: BitwiseCopyable {
  /// In groups, in zigzag order. A negative value is stored as the one below it, whose lowest bits are those that the file has for
  /// it (ITU-T T.81, F.1.2).
  private let coefficients: UncheckedBuffer<Int16>
  /// Masks of the coefficients that are not zero, in zigzag order: 16 bits of each block of a group, then the next 16 bits.
  private let nonzeros: UncheckedBuffer<UInt16>

  /// Blocks in a group.
  static let groupSize = 16

  static func scratchByteCount(groups count: Int) -> Int {
    ScratchArena.byteCount(64 * groupSize * count, Int16.self)
      + ScratchArena.byteCount(4 * groupSize * count, UInt16.self)
  }

  init(groups count: Int, scratch: inout ScratchArena) {
    coefficients = scratch.take(64 * QuantizedBlocks.groupSize * count, Int16.self)
    nonzeros = scratch.take(4 * QuantizedBlocks.groupSize * count, UInt16.self)
  }

  /// The coefficients from the first one of a block. They are `groupSize` elements apart.
  @inline(__always) func block(_ index: Int) -> UncheckedBuffer<Int16> {
    coefficients + (index &>> 4 &* 1024 &+ index & 15)
  }

  /// A bit for each coefficient of a block that is not zero.
  @inline(__always) func nonzeros(_ index: Int) -> UInt64 {
    let first = index &>> 4 &* 64 &+ index & 15
    return UInt64(nonzeros[first]) | UInt64(nonzeros[first &+ 16]) &<< 16 | UInt64(nonzeros[first &+ 32]) &<< 32
      | UInt64(nonzeros[first &+ 48]) &<< 48
  }

  /// Quantizes a group.
  /// - Parameters:
  ///   - transformed: 64 times sixteen results of the transform, in rows.
  ///   - zigzag: the positions of coefficients in zigzag order.
  func put(_ transformed: UncheckedBuffer<Int16>, _ quantizer: Quantizer, zigzag: UncheckedBuffer<UInt8>, at group: Int)
  {
    let place = coefficients + 1024 &* group
    for quarter in 0..<4 {
      var mask = SixteenBlocks()
      var bit = SixteenBlocks(repeating: 1)
      for index in 16 &* quarter..<16 &* quarter &+ 16 {
        // In bounds: a position is below 64.
        let values = transformed.load(16 &* Int(zigzag[index]), as: SixteenBlocks.self)
        let signs = values &>> 15
        let quotients = quantizer.quotients((values ^ signs) &- signs, index)
        place.store(quotients ^ signs, at: 16 &* index)
        // The sign of the negated quotient is set if it is not zero.
        mask |= (0 &- quotients) &>> 15 & bit
        bit = bit &+ bit
      }
      nonzeros.store(mask, at: 64 &* group &+ 16 &* quarter)
    }
  }
}
