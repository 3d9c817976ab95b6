/// Bits of the input, lowest first, in a word of 64 that is filled up by one load.
@unsafe struct BitReader {
  var bits: UInt64
  var count: UInt64
  var next: UnsafeRawPointer

  /// At least 56 bits afterwards. The bits of the load beyond those that count stay, and are loaded again where they were.
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

  /// The value of a length's or distance's entry, with its extra bits; both are skipped.
  @inline(__always)
  mutating func value(_ entry: UInt32) -> Int {
    let both = unsafe bits & ~(~0 &<< UInt64(entry))
    unsafe skip(entry)
    return HuffmanTable.base(entry) &+ Int(truncatingIfNeeded: both &>> HuffmanTable.codeLength(entry))
  }
}
