extension UnsafeRawBufferPointer {
  /// - Precondition: the integer is within the buffer.
  @inline(__always)
  func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Integer.Type) -> Integer {
    unsafe Integer(bigEndian: loadUnaligned(fromByteOffset: offset, as: Integer.self))
  }
}
