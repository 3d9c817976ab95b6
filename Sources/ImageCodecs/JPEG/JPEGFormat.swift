internal import CImageCodecs
internal import ImageCore

enum JPEGFormat: FormatCodec {
  /// SOI and the FF of the next marker (ITU-T T.81, B.2.1).
  static func recognizes(_ start: RawSpan) -> Bool { start.holds([0xFF, 0xD8, 0xFF]) }

  static func makeReader(_ pool: BufferPool) throws(CodecError) -> any FormatReader { try JPEGDecoder(pool: pool) }

  static func makeWriter(_ pool: BufferPool) throws(CodecError) -> any FormatWriter { JPEGEncoder(pool: pool) }

  static func makeStructureReader() -> any StructureReader { JPEGStructure() }

  static func readMetadata(
    _ bytes: RawSpan, into metadata: inout ImageMetadata, _ room: inout MetadataRoom, _ limit: TimeLimit
  ) {
    metadata.readSegments(bytes, &room, limit)
  }

  static var libraries: [String] { unsafe [String(cString: codec_jpeg_version())] }
}

extension JPEGStructure: StructureReader {
  mutating func read(_ piece: ArraySlice<UInt8>) { unsafe read(piece.span.bytes) }

  var extent: FileStructure.Extent {
    // Some cameras omit the end marker and write other data after the scan. Damage looks the same.
    if case .foreign = end { return .unclear }
    return isComplete ? .whole : .cut
  }
}
