/// Reads the bits of the input, lowest first, from a 64-bit word that one load refills.
struct BitReader {
  var bits: UInt64
  var count: UInt64
  /// The input that is not loaded yet.
  var rest: UncheckedBytes

  /// Refills to at least 56 bits. Bits of the load above `count` stay in the word. The next load ORs the same bits there again.
  @inline(__always)
  mutating func refill() {
    bits |= UInt64(littleEndian: rest.load(0, as: UInt64.self)) &<< count
    rest += Int(truncatingIfNeeded: (63 &- count) &>> 3)
    count |= 56
  }

  @inline(__always)
  func low(_ width: Int) -> Int { Int(truncatingIfNeeded: bits & ((1 &<< UInt64(width)) &- 1)) }

  @inline(__always)
  mutating func take(_ width: Int) -> Int {
    let value = low(width)
    bits &>>= UInt64(width)
    count &-= UInt64(width)
    return value
  }

  @inline(__always)
  mutating func skip(_ entry: UInt32) {
    bits &>>= UInt64(entry)
    count &-= UInt64(entry & 63)
  }

  /// The value of a length or distance entry, extra bits included. Skips both the code and the extra bits.
  @inline(__always)
  mutating func value(_ entry: UInt32) -> Int {
    let both = bits & ~(~0 &<< UInt64(entry))
    skip(entry)
    return HuffmanTable.base(entry) &+ Int(truncatingIfNeeded: both &>> HuffmanTable.codeLength(entry))
  }
}
