#if WebP
  internal import CWebPCodec
  internal import ImageCore

  enum WebPFormat: FormatCodec {
    /// RFC 9649, 2.4.
    static func recognizes(_ start: RawSpan) -> Bool { start.holds("RIFF") && start.holds("WEBP", at: 8) }

    static func makeReader(_ pool: BufferPool) throws(CodecError) -> any FormatReader { WebPDecoder(pool: pool) }

    static func makeWriter(_ pool: BufferPool) throws(CodecError) -> any FormatWriter { try WebPEncoder(pool: pool) }

    static func makeStructureReader() -> any StructureReader { RIFFStructure() }

    static func readMetadata(
      _ bytes: RawSpan, into metadata: inout ImageMetadata, _ room: inout MetadataRoom, _ limit: TimeLimit
    ) {
      let chunks = WebPChunks(bytes)
      metadata.exif = chunks.exif(bytes).flatMap { room.copy(bytes.extracting($0)) }
      metadata.xmp = chunks.body("XMP ").flatMap { room.copy(bytes.extracting($0)) }
    }

    static var libraries: [String] { unsafe [String(cString: codec_webp_version())] }
  }

  /// Bytes 4 to 7 of a RIFF file contain the number of bytes that follow them, in little-endian order (RFC 9649, 2.3).
  private struct RIFFStructure: StructureReader {
    private var start: [UInt8] = []
    private var byteCount = 0

    mutating func read(_ piece: ArraySlice<UInt8>) {
      start += piece.prefix(8 - start.count)
      byteCount += piece.count
    }

    var extent: FileStructure.Extent {
      guard start.count == 8 else { return .cut }
      return byteCount >= 8 + start[4...].reversed().reduce(0) { $0 << 8 | Int($1) } ? .whole : .cut
    }
  }
#endif
