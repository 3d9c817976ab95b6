/// Takes bits of a block's header from a deflate stream, the lowest first (RFC 1951, 3.1.1). The loops of `PixelKernels` continue
/// with the same three values.
/// - Parameters:
///   - width: 0 to 56.
///   - bits: the bits that were loaded and not taken yet, `bitCount` of them. Bits above these may be loaded again.
///   - input: where the next load starts. 8 bytes must be readable there.
@unsafe func takeDeflateBits(
  _ width: UInt64, _ bits: inout UInt64, _ bitCount: inout UInt64, _ input: inout UnsafeRawPointer
) -> Int {
  if bitCount < width {
    bits |= unsafe UInt64(littleEndian: input.loadUnaligned(as: UInt64.self)) &<< bitCount
    unsafe input += Int((63 - bitCount) >> 3)
    bitCount |= 56
  }
  let value = bits & (1 << width - 1)
  bits >>= width
  bitCount -= width
  return Int(value)
}
