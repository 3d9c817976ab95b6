/// Symbols in coding order (see `Symbols`), and how often each occurs.
struct SymbolList {
  private let symbols: UncheckedBytes
  private let counts: UncheckedBuffer<UInt32>
  /// `SymbolList.sizes`.
  private let sizes: UncheckedBuffer<UInt32>
  private(set) var byteCount = 0

  init(symbols: UncheckedBytes, counts: UncheckedBuffer<UInt32>, sizes: UncheckedBuffer<UInt32>) {
    self.symbols = symbols
    self.counts = counts
    self.sizes = sizes
  }

  /// For the lowest 12 bits of each value: the number of bits that the file has for it, and below it these bits (ITU-T T.81, F.1.2).
  /// A negative value is given as the one below it, which has these bits at its end.
  static let sizes: [UInt32] = (0..<4096).map { index in
    let value = index < 2048 ? index : index - 4096
    let size = Int.bitWidth - (value < 0 ? ~value : value).leadingZeroBitCount
    return UInt32(size) << SymbolLayout.followingBits | UInt32(value & (1 << size - 1))
  }

  private static let endOfBlock: UInt32 = 0x00
  /// Sixteen zeros.
  private static let zeroRun: UInt32 = 0xF0

  /// - Parameters:
  ///   - symbol: with the number of its table.
  ///   - sizeAndBits: the lower half of the symbol, and the bits that follow it.
  @inline(__always) private mutating func append(_ symbol: UInt32, _ sizeAndBits: UInt32 = 0) {
    // In bounds: a block has at most 64 symbols.
    symbols.store(symbol &<< SymbolLayout.followingBits &+ sizeAndBits, at: byteCount)
    counts[Int(symbol &+ sizeAndBits &>> SymbolLayout.followingBits)] &+= 1
    byteCount &+= SymbolLayout.byteCount
  }

  /// - Parameter value: one less if it is negative.
  @inline(__always) private mutating func append(_ symbol: UInt32, value: Int32) {
    // In bounds: of 12 bits.
    append(symbol, sizes[Int(value & 4095)])
  }

  /// Appends a block.
  /// - Parameters:
  ///   - block: as `QuantizedBlocks` stores it.
  ///   - tables: 0 for luma, 1 for chroma.
  ///   - prediction: the DC of the block before it.
  /// - Returns: its DC.
  @inline(__always) mutating func append(
    _ block: UncheckedBuffer<Int16>, nonzeros: UInt64, tables: Int, prediction: Int32
  ) -> Int32 {
    let dcTable = UInt32(truncatingIfNeeded: tables &<< 9)
    let acTable = dcTable &+ 256
    let stored = Int32(block[0])
    let dc = stored &- stored &>> 31
    let difference = dc &- prediction
    append(dcTable, value: difference &+ difference &>> 31)
    // The AC coefficients that are left, and the index of the one before them.
    var rest = nonzeros & ~1
    var last = 0
    while rest != 0 {
      let index = rest.trailingZeroBitCount
      var zeros = index &- last &- 1
      while zeros > 15 {
        append(acTable &+ SymbolList.zeroRun)
        zeros &-= 16
      }
      append(
        acTable &+ UInt32(truncatingIfNeeded: zeros) &<< 4, value: Int32(block[QuantizedBlocks.groupSize &* index]))
      last = index
      rest &= rest &- 1
    }
    if last != 63 { append(acTable &+ SymbolList.endOfBlock) }
    return dc
  }

  /// Appends a block that pads an MCU. It has the DC of the block before it, and no AC, as in libjpeg (jccoefct.c).
  @inline(__always) mutating func appendEmptyBlock(tables: Int) {
    let dcTable = UInt32(truncatingIfNeeded: tables &<< 9)
    append(dcTable)
    append(dcTable &+ 256 &+ SymbolList.endOfBlock)
  }
}
