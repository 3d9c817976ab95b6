internal import ImageCore

/// Raw files of cameras: DNG, NEF, CR2, CR3, ARW, ORF, RW2, PEF and RAF. Their images are the JPEG previews that cameras write into
/// them; the data of the sensor are not read.
enum RawFormat: FormatCodec {
  /// Most raw files are TIFF files. Only entries of their directories distinguish them from others, so the directories are read, as
  /// far as they are among the bytes.
  static func recognizes(_ start: RawSpan) -> Bool { RawContainer.recognizes(start) }

  static func makeReader(_ pool: BufferPool) throws(CodecError) -> any FormatReader { try RawReader(pool: pool) }

  /// Copies the metadata of the largest preview. Those of the raw file are spread over it, and no output can hold them.
  static func readMetadata(
    _ bytes: RawSpan, into metadata: inout ImageMetadata, _ room: inout MetadataRoom, _ limit: TimeLimit
  ) {
    var limits = DecodeLimits()
    limits.deadline = limit.deadline
    let largest: Range<Int>? = unsafe bytes.withUnsafeBytes { bytes in
      guard let reader = try? RawReader(pool: BufferPool(maxFreeBytes: 0)),
        (try? unsafe reader.readHeader(bytes, limits: limits)) != nil
      else { return nil }
      return reader.previews.first
    }
    if let largest { metadata.readSegments(bytes.extracting(largest), &room, limit) }
    metadata.notes.insert(.metadata)
  }
}
