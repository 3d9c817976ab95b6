/// Reads the bits of the input, lowest first, from a 64-bit word that one load refills.
@unsafe struct BitReader {
  var bits: UInt64
  var count: UInt64
  var next: UnsafeRawPointer

  /// Refills to at least 56 bits. Bits of the load above `count` stay in the word. The next load ORs the same bits there again.
  @inline(__always)
  mutating func refill() {
    unsafe bits |= UInt64(littleEndian: next.loadUnaligned(as: UInt64.self)) &<< count
    unsafe next += unsafe Int(truncatingIfNeeded: (63 &- count) &>> 3)
    unsafe count |= 56
  }

  @inline(__always)
  func low(_ width: Int) -> Int { unsafe Int(truncatingIfNeeded: bits & ((1 &<< UInt64(width)) &- 1)) }

  @inline(__always)
  mutating func take(_ width: Int) -> Int {
    let value = unsafe low(width)
    unsafe bits &>>= UInt64(width)
    unsafe count &-= UInt64(width)
    return value
  }

  @inline(__always)
  mutating func skip(_ entry: UInt32) {
    unsafe bits &>>= UInt64(entry)
    unsafe count &-= UInt64(entry & 63)
  }

  /// The value of a length or distance entry, extra bits included. Skips both the code and the extra bits.
  @inline(__always)
  mutating func value(_ entry: UInt32) -> Int {
    let both = unsafe bits & ~(~0 &<< UInt64(entry))
    unsafe skip(entry)
    return HuffmanTable.base(entry) &+ Int(truncatingIfNeeded: both &>> HuffmanTable.codeLength(entry))
  }
}
