internal import Imaging

/// Reads pictures of one format. One serves one worker, for picture after picture; the order of calls and the life of the
/// bytes are those of `Decoder`, which has checked the signature.
protocol FormatReader: AnyObject {
  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader
  func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedPicture
  func decodeStrips(_ take: (borrowing Plane) -> Bool) throws(CodecError) -> StripDecoding
  func finish()
}

extension FormatReader {
  func decodeStrips(_ take: (borrowing Plane) -> Bool) throws(CodecError) -> StripDecoding { .declined }
}

/// Writes pictures of one format. One serves one worker; the bytes are valid until its next picture.
protocol FormatWriter: AnyObject {
  func encode(_ picture: borrowing Picture, _ request: EncodeRequest) throws(CodecError) -> UnsafeRawBufferPointer
}

extension ImageFormat {
  func makeReader(_ pool: BufferPool) -> any FormatReader {
    switch self {
    case .jpeg: JPEGDecoder(pool: pool)
    case .png: PNGDecoder(pool: pool)
    #if WebP
      case .webp: WebPDecoder(pool: pool)
    #endif
    }
  }

  func makeWriter(_ pool: BufferPool) -> any FormatWriter {
    switch self {
    case .jpeg: JPEGEncoder()
    case .png: FastPNGEncoder(pool: pool)
    #if WebP
      case .webp: WebPEncoder()
    #endif
    }
  }
}
