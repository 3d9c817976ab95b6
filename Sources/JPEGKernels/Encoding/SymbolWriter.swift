internal import JPEGEncoding

/// Writes symbols as the bits of a scan, and stuffs a zero after each byte 0xFF (ITU-T T.81, F.1.2.3).
struct SymbolWriter {
  private let output: UncheckedBytes
  private(set) var byteCount = 0
  private(set) var pending: PendingBits

  init(_ output: UncheckedBytes, _ pending: PendingBits) {
    self.output = output
    self.pending = pending
  }

  /// - Parameter symbols: of `byteCount` bytes, and the slack.
  mutating func write(_ symbols: UncheckedBytes, byteCount: Int, codes: UncheckedBuffer<UInt32>) {
    // Two symbols have at most 54 bits. With the pending ones, fewer than eight, they fit a word.
    var bits = Bits(pending)
    var (position, end) = (0, self.byteCount)
    while position < byteCount &- SymbolLayout.byteCount {
      bits.append(symbols.load(position, as: UInt32.self), codes)
      bits.append(symbols.load(position &+ SymbolLayout.byteCount, as: UInt32.self), codes)
      position &+= 2 &* SymbolLayout.byteCount
      end = put(&bits, at: end)
    }
    if position < byteCount {
      bits.append(symbols.load(position, as: UInt32.self), codes)
      end = put(&bits, at: end)
    }
    self.byteCount = end
    pending.bits = bits.bits
    pending.count = Int(truncatingIfNeeded: bits.count)
  }

  /// Bits in the lower part of a word.
  private struct Bits {
    var bits: UInt64
    var count: UInt64

    init(_ pending: PendingBits) {
      bits = pending.bits
      count = UInt64(truncatingIfNeeded: pending.count)
    }

    @inline(__always) mutating func append(_ symbol: UInt32, _ codes: UncheckedBuffer<UInt32>) {
      // In bounds: there is a code for each index.
      let code = codes[Int(symbol &>> SymbolLayout.followingBits & UInt32(SymbolLayout.count &- 1))]
      let value = code &>> SymbolLayout.lengthBits | symbol & (1 &<< SymbolLayout.followingBits &- 1)
      let length = UInt64(code & (1 &<< SymbolLayout.lengthBits &- 1))
      bits = bits &<< length | UInt64(value)
      count &+= length
    }
  }

  /// Writes all whole bytes, at least one, or a part of one, beyond which is overwritten.
  /// - Returns: the position after them.
  @inline(__always) private func put(_ bits: inout Bits, at position: Int) -> Int {
    let word = bits.bits &<< (64 &- bits.count)
    let byteCount = Int(truncatingIfNeeded: bits.count &>> 3)
    bits.count &= 7
    // A byte of 0xFF has its top bit set, and loses it when one is added. Others may do so by a carry.
    if word & ~(word &+ 0x0101_0101_0101_0101) & 0x8080_8080_8080_8080 != 0 {
      return putStuffed(word, byteCount, at: position)
    }
    output.store(word.bigEndian, at: position)
    return position &+ byteCount
  }

  @inline(never) private func putStuffed(_ word: UInt64, _ byteCount: Int, at position: Int) -> Int {
    var (word, position) = (word, position)
    for _ in 0..<byteCount {
      word = word &<< 8 | word &>> 56
      let byte = UInt8(truncatingIfNeeded: word)
      output[position] = byte
      position &+= 1
      if byte == 0xFF {
        output[position] = 0
        position &+= 1
      }
    }
    return position
  }
}
