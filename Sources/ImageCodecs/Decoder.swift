package import ImageCore
package import JPEGDecoding

/// What the pipeline needs from a decoder.
package struct DecodeRequest: Hashable, Sendable {
  /// 1, 2, 4 or 8. Only JPEG uses it, also in raw files.
  package var denominator = 1
  package var content: Content = .color
  package var reading: Reading = .needed
  /// The pixels that must be decoded; nil for all. Other pixels of the planes are undefined.
  package var region: DecodeRegion?
  package var decoder: JPEGDecoderChoice = .auto
  /// Raw: `ImageHeader.preview` of the preview to decode; the largest by default.
  package var preview = 0
  package var declining: FallbackPolicy = .libjpeg
  /// Threads that may decode the image. The pixels do not depend on their number.
  package var workers = 1
  /// JPEG: the wanted size of a strip in bytes. By default few enough to stay in the second-level cache until they are resampled.
  package var stripByteCount = 128 << 10

  /// What the pixels are used for.
  package enum Content: Hashable, Sendable {
    /// Luma only. Nothing else is decoded if the format allows that.
    case gray
    /// All channels of the file, as interleaved gray or RGB.
    case color
    /// As `color`, but a file of four inks gives the inks; 0 means no ink.
    case inks
    /// Planes for a JPEG encoder if the file has them; otherwise as `color`.
    case planes
  }

  /// How much of the file is read.
  package enum Reading: Hashable, Sendable {
    /// Only what the pixels of the whole image depend on. Scans whose details shrinking discards are skipped, and so is any
    /// damage in them. Neither the region nor the content affects which scans are read.
    case needed
    /// Everything, to find all warnings.
    case everything
  }

  /// What happens to a JPEG that `JPEGDecoding` declines.
  package enum FallbackPolicy: Hashable, Sendable {
    /// libjpeg decodes it.
    case libjpeg
    /// `decode` throws `CodecError.declined`: libjpeg would need more memory than the caller reserved.
    case throwing
  }

  package init() {}
}

/// The JPEG decoder to use (`--decoder`). The pixels are the same.
package enum JPEGDecoderChoice: String, CaseIterable, Sendable {
  /// `JPEGDecoding` if it supports the file, else libjpeg.
  case auto
  case libjpeg
}

/// A decoded image and the decoder's report.
package struct DecodedImage: ~Copyable {
  package var image: Image
  package let report: DecodeReport

  /// The image without its report, for its next owner.
  package consuming func unwrapped() -> Image { image }
}

/// The outcome of decoding an image in strips.
package enum StripDecoding {
  case decoded(DecodeReport)
  /// The file is damaged or of an unusual kind. Only `Decoder.decode` reports the reason, or returns the existing pixels.
  case declined
  case stopped
}

/// Reads headers and pixels of any `ImageFormat`. Each worker has one and reuses it for all its images.
///
/// The bytes given to `readHeader` must stay valid until `finish` or the next `readHeader`.
package final class Decoder {
  private let pool: BufferPool
  private var readers: [ImageFormat: any FormatReader] = [:]
  private var current: (any FormatReader)?

  /// libpng's default limit. Resampling allocates memory for each column and row of a side.
  private static let maxSide = 1_000_000

  package init(pool: BufferPool) { self.pool = pool }

  /// The verdict of `JPEGDecoding` on the last decoded JPEG; nil if it was not asked.
  package var scaledVerdict: Verdict? { (readers[.jpeg] as? JPEGDecoder)?.scaledVerdict }

  /// Threads that shared the decoding of the current image.
  package var workers: Int { current?.workers ?? 1 }

  /// Reads what precedes the pixels, and checks it against the limits.
  /// - Parameter isWhole: whether these are all bytes of the file. Throws `truncated` if the header continues after them.
  package func readHeader(
    _ bytes: UnsafeRawBufferPointer, limits: DecodeLimits, isWhole: Bool = true
  ) throws(CodecError) -> ImageHeader {
    current = nil
    if unsafe bytes.isEmpty { throw .empty }
    guard let format = unsafe ImageFormat.recognized(bytes.bytes) else {
      guard let name = unsafe ImageFormat.nameOfOther(bytes.bytes) else { throw .notAnImage }
      throw .unsupported("\(name); this build reads \(ImageFormat.names("and"))")
    }
    let reader = try reader(format)
    if !isWhole, format.readsWholeFiles { throw .truncated("\(format.name) is read from whole files") }
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

  /// Changes when the current image must be done, on the clock of `system_deadline_clock`; 0 for never.
  package func setDeadline(_ deadline: UInt64) { current?.setDeadline(deadline) }

  private func reader(_ format: ImageFormat) throws(CodecError) -> any FormatReader {
    if let reader = readers[format] { return reader }
    let reader = try format.codec.makeReader(pool)
    readers[format] = reader
    return reader
  }

  /// Decodes the image whose header was read last.
  /// - Throws: if there are no pixels at all. A damaged image is returned, with the damage in its report.
  package func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage {
    guard let current else { throw .broken("an image was decoded before its header was read") }
    return try current.decode(request)
  }

  /// Decodes the image whose header was read last in strips of rows, from top to bottom. A strip is an image of some rows: an even
  /// number in each of its planes, except in the last strip. `take` borrows the strip; its memory is reused. After any result but
  /// `.decoded`, `decode` can still return the image.
  /// - Parameter take: returns false to stop. With several workers it is called on any of their threads, one at a time.
  package func decodeStrips(
    _ request: DecodeRequest, _ take: (borrowing Image) throws(OutOfMemory) -> Bool
  ) throws(CodecError) -> StripDecoding {
    guard let current else { return .declined }
    return try current.decodeStrips(request, take)
  }

  /// Releases the current image and its bytes.
  package func finish() {
    current = nil
    for reader in readers.values { reader.finish() }
  }
}
