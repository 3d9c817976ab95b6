package import ImageCore
package import JPEGDecoding

/// What the pipeline wants of a decoded image.
package struct DecodeRequest: Hashable, Sendable {
  /// 1, 2, 4 or 8; PNG ignores it.
  package var denominator = 1
  package var content: Content = .color
  package var reading: Reading = .needed
  /// The only pixels of the planes that have to be there, where not all are needed; the others are undefined.
  package var region: DecodeRegion?
  package var decoder: JPEGDecoderChoice = .auto
  package var declining: FallbackPolicy = .libjpeg
  /// Threads that may decode the image. The pixels do not depend on it.
  package var workers = 1

  /// What the pixels are for.
  package enum Content: Hashable, Sendable {
    /// Luma alone: nothing else is decoded where the format allows.
    case gray
    /// Whatever the file has, as interleaved gray or RGB.
    case color
    /// As `color`, but of a file of four inks those, 0 for none.
    case inks
    /// Planes for a JPEG encoder, where the file has them; else as `color`.
    case planes
  }

  /// How much of the bytes is looked at.
  package enum Reading: Hashable, Sendable {
    /// What the pixels are made of, at the whole size. Scans of details that shrinking throws away are passed over, and
    /// with them any damage there: neither the region nor the content matters for that.
    case needed
    /// Everything, for the sake of its warnings.
    case everything
  }

  /// What becomes of a JPEG that `JPEGDecoding` was asked for and declines.
  package enum FallbackPolicy: Hashable, Sendable {
    /// libjpeg decodes it.
    case libjpeg
    /// `CodecError.declined`: libjpeg would need more memory than was asked for.
    case throwing
  }

  package init() {}
}

/// What decodes JPEGs (`--decoder`). The pixels are the same.
package enum JPEGDecoderChoice: String, CaseIterable, Sendable {
  /// `JPEGDecoding` where it can, else libjpeg.
  case auto
  case libjpeg
}

/// A decoded image and what the decoder complained of.
package struct DecodedImage: ~Copyable {
  package var image: Image
  package let report: DecodeReport

  /// The image alone, for its next owner.
  package consuming func unwrapped() -> Image { image }
}

/// What became of an image that was decoded in strips.
package enum StripDecoding {
  case decoded(DecodeReport)
  /// It is not sound or not of the usual kind: only `Decoder.decode` can tell, or give what pixels there are.
  case declined
  case stopped
}

/// Reads headers and pixels of any `ImageFormat`. One serves one worker, for image after image.
///
/// The bytes given to `readHeader` must stay until `finish` or the next `readHeader`.
package final class Decoder {
  private let pool: BufferPool
  private var readers: [ImageFormat: any FormatReader] = [:]
  private var current: (any FormatReader)?

  /// libpng's own limit where nobody sets another: resampling takes memory for each column and row of a side.
  private static let maxSide = 1_000_000

  package init(pool: BufferPool) { self.pool = pool }

  /// How `JPEGDecoding` judged the JPEG that was decoded last; nil where it was not asked.
  package var scaledVerdict: Verdict? { (readers[.jpeg] as? JPEGDecoder)?.scaledVerdict }

  /// Threads that shared the decoding of the image in hand.
  package var workers: Int { (current as? JPEGDecoder)?.workers ?? 1 }

  /// Reads what stands before the pixels, and checks it against the limits.
  package func readHeader(
    _ bytes: UnsafeRawBufferPointer, limits: DecodeLimits
  ) throws(CodecError) -> ImageHeader {
    current = nil
    guard let format = unsafe ImageFormat.recognised(bytes) else {
      guard let name = unsafe ImageFormat.nameOfOther(bytes) else { throw .notAnImage }
      throw .unsupported("\(name); this build reads \(ImageFormat.names("and"))")
    }
    let reader = try reader(format)
    let header = try unsafe reader.readHeader(bytes, limits: limits)
    guard header.size.pixelCount <= limits.pixelCount else {
      throw .tooManyPixels(header.size, limit: limits.pixelCount)
    }
    guard max(header.size.width, header.size.height) <= Decoder.maxSide else {
      throw .unsupported("a side of more than \(Decoder.maxSide) pixels")
    }
    current = reader
    return header
  }

  private func reader(_ format: ImageFormat) throws(CodecError) -> any FormatReader {
    if let reader = readers[format] { return reader }
    let reader = try format.makeReader(pool)
    readers[format] = reader
    return reader
  }

  /// Decodes the image whose header was read last.
  /// - Throws: where there are no pixels at all. Damaged ones are given, with the damage in the report.
  package func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage {
    guard let current else { throw .broken("a picture was decoded before its header was read") }
    return try current.decode(request)
  }

  /// Decodes the image whose header was read last in strips of rows, from the top down: an even number of rows each, the
  /// last apart. The plane that is lent is the same each time. After anything but `.decoded`, `decode` still gives the image.
  /// - Parameter take: false to stop.
  package func decodeStrips(_ take: (borrowing Plane) throws(OutOfMemory) -> Bool) throws(CodecError) -> StripDecoding {
    guard let current else { return .declined }
    return try current.decodeStrips(take)
  }

  /// Lets go of the image in hand and of its bytes.
  package func finish() {
    current = nil
    for reader in readers.values { reader.finish() }
  }
}
