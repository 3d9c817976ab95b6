internal import ImageCore

/// Reads images of one format. Each worker has one and reuses it. The order of calls and the lifetime of the bytes are those of
/// `Decoder`, which has checked the signature.
protocol FormatReader: AnyObject {
  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader
  func setDeadline(_ deadline: UInt64)
  func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage
  func decodeStrips(_ take: (borrowing Plane) throws(OutOfMemory) -> Bool) throws(CodecError) -> StripDecoding
  func finish()
}

extension FormatReader {
  func decodeStrips(_ take: (borrowing Plane) throws(OutOfMemory) -> Bool) throws(CodecError) -> StripDecoding {
    .declined
  }
}

/// Writes images of one format. Each worker has one. The returned bytes are valid until its next image. The writer checks the
/// time limit of its worker's pool, and throws `CodecError.timeout` once it has passed.
protocol FormatWriter: AnyObject {
  func encode(_ image: borrowing Image, _ request: EncodeRequest) throws(CodecError) -> UnsafeRawBufferPointer
}

extension ImageFormat {
  func makeReader(_ pool: BufferPool) throws(CodecError) -> any FormatReader {
    switch self {
    case .jpeg: try JPEGDecoder(pool: pool)
    case .png: try PNGDecoder(pool: pool)
    #if WebP
      case .webp: WebPDecoder(pool: pool)
    #endif
    }
  }

  func makeWriter(_ pool: BufferPool) throws(CodecError) -> any FormatWriter {
    switch self {
    case .jpeg: try JPEGEncoder(pool: pool)
    case .png: LibdeflatePNGEncoder(pool: pool)
    #if WebP
      case .webp: try WebPEncoder(pool: pool)
    #endif
    }
  }
}
