internal import ImageCore

enum GIFFormat: FormatCodec {
  /// GIF89a specification, 17.
  static func recognizes(_ start: RawSpan) -> Bool { start.holds("GIF87a") || start.holds("GIF89a") }

  static func makeReader(_ pool: BufferPool) throws(CodecError) -> any FormatReader { RowReader<GIFImage>(pool: pool) }

  static func readMetadata(
    _ bytes: RawSpan, into metadata: inout ImageMetadata, _ room: inout MetadataRoom, _ limit: TimeLimit
  ) {
    metadata.xmp = GIFBlocks(bytes).xmp.flatMap { room.copy(bytes.extracting($0)) }
  }
}
