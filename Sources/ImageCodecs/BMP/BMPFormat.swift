internal import ImageCore

enum BMPFormat: FormatCodec {
  /// Two letters alone are weak evidence: the size of the header that follows must be a known one.
  static func recognizes(_ start: RawSpan) -> Bool {
    start.holds("BM") && start.byteCount >= 18
      && BMPHeader.isKnown(headerByteCount: Int(start.littleEndian(14, UInt32.self)))
  }

  static func makeReader(_ pool: BufferPool) throws(CodecError) -> any FormatReader { RowReader<BMPImage>(pool: pool) }
}
