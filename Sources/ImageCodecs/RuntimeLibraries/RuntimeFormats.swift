internal import ImageCore

/// A format whose library is opened at run time.
protocol RuntimeFormat: FormatCodec {
  static var format: ImageFormat { get }
}

extension RuntimeFormat {
  static func makeReader(_ pool: BufferPool) throws(CodecError) -> any FormatReader {
    try RuntimeReader(format, pool: pool)
  }

  static func readMetadata(
    _ bytes: RawSpan, into metadata: inout ImageMetadata, _ room: inout MetadataRoom, _ limit: TimeLimit
  ) {
    var limits = DecodeLimits()
    limits.deadline = limit.deadline
    let found: (exif: [UInt8]?, xmp: [UInt8]?, isComplete: Bool)? = unsafe bytes.withUnsafeBytes { bytes in
      guard let reader = try? RuntimeReader(format, pool: BufferPool(maxFreeBytes: 0)),
        (try? unsafe reader.readHeader(bytes, limits: limits)) != nil
      else { return nil }
      return reader.metadata
    }
    metadata.exif = found?.exif.flatMap { room.take($0.count) ? $0 : nil }
    metadata.xmp = found?.xmp.flatMap { room.take($0.count) ? $0 : nil }
    if found?.isComplete == false { metadata.notes.insert(.metadata) }
  }
}

enum HEICFormat: RuntimeFormat {
  static let format = ImageFormat.heic

  /// Brands of ISO/IEC 23008-12, 10: images and sequences in HEVC, and images in any coding.
  static func recognizes(_ start: RawSpan) -> Bool {
    start.hasBrand(["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"])
  }

  static func makeStructureReader() -> any StructureReader { BoxStructure() }
}

enum AVIFFormat: RuntimeFormat {
  static let format = ImageFormat.avif

  static func recognizes(_ start: RawSpan) -> Bool { start.hasBrand(["avif", "avis"]) }

  static func makeStructureReader() -> any StructureReader { BoxStructure() }
}

enum TIFFFormat: RuntimeFormat {
  static let format = ImageFormat.tiff

  /// The byte order and the number 42 (TIFF 6.0, section 2), or 43 for files with offsets of 64 bits.
  static func recognizes(_ start: RawSpan) -> Bool {
    for version: UInt8 in [42, 43] {
      if start.holds([0x49, 0x49, version, 0]) || start.holds([0x4D, 0x4D, 0, version]) { return true }
    }
    return false
  }
}

enum JPEGXLFormat: RuntimeFormat {
  static let format = ImageFormat.jpegXL

  /// ISO/IEC 18181-2: a box of this name and contents, or a bare codestream.
  static let signatureBox: [UInt8] = [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]

  static func recognizes(_ start: RawSpan) -> Bool { start.holds([0xFF, 0x0A]) || start.holds(signatureBox) }

  static func makeStructureReader() -> any StructureReader { BoxStructure() }

  /// Boxes for metadata (ISO/IEC 18181-2, 9): EXIF after four bytes with the offset of its TIFF structure, and XMP. Boxes that
  /// are compressed by Brotli are left out.
  static func readMetadata(
    _ bytes: RawSpan, into metadata: inout ImageMetadata, _ room: inout MetadataRoom, _ limit: TimeLimit
  ) {
    guard bytes.holds(signatureBox) else { return }
    var walk = BoxWalk()
    while let box = walk.next(in: bytes) {
      let body = bytes.extracting(box.body)
      switch box.name {
      case "Exif" where metadata.exif == nil && body.byteCount > 4:
        let start = 4 + Int(body.bigEndian(0, UInt32.self))
        if start < body.byteCount { metadata.exif = room.copy(body.extracting(start..<body.byteCount)) }
      case "xml " where metadata.xmp == nil: metadata.xmp = room.copy(body)
      case "brob": metadata.notes.insert(.metadata)
      default: break
      }
    }
  }
}

extension RawSpan {
  /// Whether this is an ISO base media file whose major brand is one of these (ISO/IEC 14496-12, 4.3).
  func hasBrand(_ brands: [String]) -> Bool {
    holds("ftyp", at: 4) && brands.contains { holds($0, at: 8) }
  }
}
