internal import CImageCodecs
internal import CLibDeflate
internal import ImageCore

enum PNGFormat: FormatCodec {
  /// PNG specification, 5.2.
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func recognizes(_ start: RawSpan) -> Bool { start.holds(signature) }

  static func makeReader(_ pool: BufferPool) throws(CodecError) -> any FormatReader { try PNGDecoder(pool: pool) }

  static func makeWriter(_ pool: BufferPool) throws(CodecError) -> any FormatWriter { LibdeflatePNGEncoder(pool: pool) }

  static func makeStructureReader() -> any StructureReader { PNGStructure() }

  static func readMetadata(
    _ bytes: RawSpan, into metadata: inout ImageMetadata, _ room: inout MetadataRoom, _ limit: TimeLimit
  ) {
    metadata.readChunks(bytes, &room, limit)
  }

  static var libraries: [String] {
    unsafe [
      String(cString: codec_png_version()), String(cString: codec_zlib_version()),
      "libdeflate " + LIBDEFLATE_VERSION_STRING,
    ]
  }
}

extension PNGStructure: StructureReader {
  var extent: FileStructure.Extent { isComplete ? .whole : .cut }
}

extension LibdeflatePNGEncoder: FormatWriter {
  func encode(_ image: borrowing Image, _ request: EncodeRequest) throws(CodecError) -> UnsafeRawBufferPointer {
    switch image {
    case .yCbCr: throw .broken("PNG takes interleaved pixels")
    case .pixels(let plane):
      let profile = request.profile(for: plane.channels < 3 ? .gray : .rgb)
      return try unsafe encode(
        plane, level: request.png.level, profile: profile, chunks: request.colorChunks, metadata: request.metadata)
    }
  }
}
