internal import ImageCore

/// The start of a box (ISO/IEC 14496-12, 4.2): 32 bits with its size, its name, and 64 bits with the size where the first number is
/// 1.
struct BoxHead {
  /// Size of this start, 8 or 16 bytes.
  let byteCount: Int
  /// Size of the whole box in bytes; nil for a box that extends to the end of the file. Damaged files have sizes below `byteCount`.
  let boxByteCount: UInt64?

  /// Nil if more bytes are needed.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= 8 else { return nil }
    let short = bytes.bigEndian(0, UInt32.self)
    guard short == 1 else {
      byteCount = 8
      boxByteCount = short == 0 ? nil : UInt64(short)
      return
    }
    guard bytes.byteCount >= 16 else { return nil }
    byteCount = 16
    boxByteCount = bytes.bigEndian(8, UInt64.self)
  }
}
