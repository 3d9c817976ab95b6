internal import Glibc

// Reads the bytes of a file. Every offset is checked against the end, in release builds too.
extension RawSpan {
  @inlinable
  package func byte(_ offset: Int) -> UInt8 {
    // SAFETY: any byte is a valid UInt8, and the load checks its bounds.
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  @inlinable
  package func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Integer.Type) -> Integer {
    // SAFETY: any bytes are a valid integer, and the load checks their bounds.
    unsafe Integer(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
  }

  @inlinable
  package func littleEndian<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Integer.Type) -> Integer {
    // SAFETY: any bytes are a valid integer, and the load checks their bounds.
    unsafe Integer(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
  }

  /// A copy of the bytes in a range.
  package func array(_ range: Range<Int>) -> [UInt8] {
    // SAFETY: `extracting` checks the range.
    unsafe extracting(range).withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// Whether these bytes are at the offset.
  package func holds(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
    guard bytes.count <= byteCount - offset else { return false }
    for index in bytes.indices where byte(offset + index) != bytes[index] { return false }
    return true
  }

  /// Whether these bytes are anywhere.
  package func contains(_ bytes: [UInt8]) -> Bool {
    var start = 0
    while let found = first(bytes[0], from: start) {
      if holds(bytes, at: found) { return true }
      start = found + 1
    }
    return false
  }

  /// The offset of the first such byte at `offset` or after it.
  package func first(_ byte: UInt8, from offset: Int) -> Int? {
    guard offset < byteCount else { return nil }
    return unsafe withUnsafeBytes { bytes in
      // SAFETY: `offset < byteCount`, so `byteCount - offset` bytes are readable.
      guard let base = bytes.baseAddress, let found = unsafe memchr(base + offset, CInt(byte), byteCount - offset)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}
