internal import ImageCore

/// How one format is recognized, read and written. Each format has a folder here with a type that conforms, as `JPEGFormat`.
protocol FormatCodec {
  /// Whether a file that starts with these bytes has the format: the first `ImageFormat.signatureByteCount` bytes, or more, or
  /// all of a shorter file.
  static func recognizes(_ start: RawSpan) -> Bool

  static func makeReader(_ pool: BufferPool) throws(CodecError) -> any FormatReader

  /// Only called if the format is written (`FormatTraits.writing`).
  static func makeWriter(_ pool: BufferPool) throws(CodecError) -> any FormatWriter

  /// Finds the end of a file from its structure.
  static func makeStructureReader() -> any StructureReader

  /// Copies the metadata that outputs may keep.
  static func readMetadata(
    _ bytes: RawSpan, into metadata: inout ImageMetadata, _ room: inout MetadataRoom, _ limit: TimeLimit)

  /// The libraries that it uses, with their versions, as in "libpng 1.6.39".
  static var libraries: [String] { get }
}

extension FormatCodec {
  static func makeWriter(_ pool: BufferPool) throws(CodecError) -> any FormatWriter {
    throw .broken("an output in a format that is only read")
  }

  static func makeStructureReader() -> any StructureReader { UnclearStructure() }

  static func readMetadata(
    _ bytes: RawSpan, into metadata: inout ImageMetadata, _ room: inout MetadataRoom, _ limit: TimeLimit
  ) {}

  static var libraries: [String] { [] }
}

extension ImageFormat {
  /// The table of codecs.
  var codec: any FormatCodec.Type {
    switch self {
    case .jpeg: JPEGFormat.self
    case .png: PNGFormat.self
    #if WebP
      case .webp: WebPFormat.self
    #endif
    case .gif: GIFFormat.self
    case .bmp: BMPFormat.self
    case .raw: RawFormat.self
    case .heic: HEICFormat.self
    case .avif: AVIFFormat.self
    case .tiff: TIFFFormat.self
    case .jpegXL: JPEGXLFormat.self
    }
  }
}

/// Reads images of one format. Each worker has one and reuses it. The order of calls and the lifetime of the bytes are those of
/// `Decoder`, which has checked the signature.
///
/// A format that contains images of another one gives their bytes to the reader of that format, and changes what differs in the
/// header.
protocol FormatReader: AnyObject {
  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader
  func setDeadline(_ deadline: UInt64)
  func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage
  func decodeStrips(
    _ request: DecodeRequest, _ take: (borrowing Image) throws(OutOfMemory) -> Bool
  ) throws(CodecError) -> StripDecoding
  /// Threads that shared the decoding of the last image.
  var workers: Int { get }
  func finish()
}

extension FormatReader {
  func decodeStrips(
    _ request: DecodeRequest, _ take: (borrowing Image) throws(OutOfMemory) -> Bool
  ) throws(CodecError) -> StripDecoding {
    .declined
  }

  var workers: Int { 1 }
}

/// Writes images of one format. Each worker has one. The returned bytes are valid until its next image. The writer checks the
/// time limit of its worker's pool, and throws `CodecError.timeout` once it has passed.
protocol FormatWriter: AnyObject {
  func encode(_ image: borrowing Image, _ request: EncodeRequest) throws(CodecError) -> UnsafeRawBufferPointer
}
