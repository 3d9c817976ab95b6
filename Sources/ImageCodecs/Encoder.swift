package import ImageCore

/// What an encoder needs in addition to the pixels.
package struct EncodeRequest: Hashable, Sendable {
  package var format: ImageFormat
  package var jpeg = JPEGOptions()
  package var png = PNGOptions()
  package var webp = WebPOptions()
  /// Written only if its color space is that of the image.
  package var profile: [UInt8]?
  /// PNG only.
  package var colorChunks = PNGColorChunks()
  package var metadata = ImageMetadata()

  package init(format: ImageFormat) { self.format = format }

  /// The profile if it describes pixels of this color space, else nil.
  func profile(for space: ProfileSpace) -> [UInt8]? {
    profile.flatMap { ProfileSpace(profile: $0) == space ? $0 : nil }
  }
}

/// Encodes images as files. Each worker has one. The returned bytes are valid until its next image.
package final class Encoder {
  private let pool: BufferPool
  private var writers: [ImageFormat: any FormatWriter] = [:]

  package init(pool: BufferPool) { self.pool = pool }

  /// - Parameter image: for JPEG, `yCbCr`, whose chroma size determines the subsampling, or `pixels` of 1 or 3 channels of 8
  ///   bits. For other formats, `pixels` of a depth that the format supports. An encoder may write the padding that it needs past
  ///   the width of a plane.
  package func encode(
    _ image: borrowing Image, _ request: EncodeRequest
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    try unsafe writer(request.format).encode(image, request)
  }

  private func writer(_ format: ImageFormat) throws(CodecError) -> any FormatWriter {
    if let writer = writers[format] { return writer }
    let writer = try format.codec.makeWriter(pool)
    writers[format] = writer
    return writer
  }
}
