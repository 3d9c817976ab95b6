internal import CImageCodecs
package import ImageCore

/// Writes JPEG with libjpeg-turbo: images that `JPEGEncoding` does not support, and in tests the others for comparison.
package final class LibjpegEncoder: FormatWriter {
  private let pool: BufferPool
  private let writer: JPEGWriter
  private var report = codec_report()

  package init(pool: BufferPool) throws(CodecError) {
    self.pool = pool
    writer = try JPEGWriter()
  }

  func encode(_ image: borrowing Image, _ request: EncodeRequest) throws(CodecError) -> UnsafeRawBufferPointer {
    try unsafe encode(image, request, factors: request.jpeg.chromaFactors)
  }

  /// - Parameter factors: luma samples per chroma sample.
  package func encode(
    _ image: borrowing Image, _ request: EncodeRequest, factors: (horizontal: Int, vertical: Int)
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    var options = jpeg_write_options()
    options.width = UInt32(image.size.width)
    options.height = UInt32(image.size.height)
    options.quality = UInt8(request.jpeg.quality)
    options.deadline = pool.limit.deadline
    options.progressive = request.jpeg.scans == .progressive
    options.horizontal = UInt8(factors.horizontal)
    options.vertical = UInt8(factors.vertical)
    switch image {
    case .pixels(let plane):
      guard plane.depth == .eight, plane.channels == 1 || plane.channels == 3 else {
        throw .broken("JPEG takes gray or RGB of 8 bits")
      }
      options.input = plane.channels == 1 ? .JPEG_INPUT_GRAY : .JPEG_INPUT_RGB
      let profile = request.profile(for: plane.channels == 1 ? .gray : .rgb)
      return try unsafe write(&options, [plane.forC], profile, request.metadata)
    case .yCbCr(let planes):
      options.input = .JPEG_INPUT_YCBCR
      let forC = unsafe [planes.luma.forC, planes.cb.forC, planes.cr.forC]
      return try unsafe write(&options, forC, request.profile(for: .rgb), request.metadata)
    }
  }

  private func write(
    _ options: inout jpeg_write_options, _ planes: [codec_plane], _ profile: [UInt8]?, _ metadata: ImageMetadata
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    var out = codec_bytes()
    let segments = metadata.app1Segments
    let contents = segments.flatMap { $0 }
    let counts = segments.map(\.count)
    let status = unsafe (profile ?? []).withUnsafeBufferPointer { icc in
      unsafe contents.withUnsafeBufferPointer { contents in
        unsafe counts.withUnsafeBufferPointer { counts in
          unsafe options.icc = icc.isEmpty ? nil : icc.baseAddress
          options.icc_bytes = icc.count
          unsafe options.app1 = contents.baseAddress
          unsafe options.app1_bytes = counts.baseAddress
          options.app1_count = counts.count
          return unsafe jpeg_writer_write(writer.handle, &options, planes, &out, &report)
        }
      }
    }
    guard status == .CODEC_OK else { throw report.error(limits: DecodeLimits()) }
    return unsafe UnsafeRawBufferPointer(start: out.bytes, count: out.count)
  }
}

extension ImageMetadata {
  /// The contents of APP1 segments. `storable` has removed and noted what does not fit into one segment.
  var app1Segments: [[UInt8]] {
    var result: [[UInt8]] = []
    if let exif { result.append(ImageMetadata.exifStart + exif) }
    if let xmp { result.append(ImageMetadata.xmpStart + xmp) }
    if let extendedXMP { result += ExtendedXMP.segments(extendedXMP) }
    return result.filter { $0.count <= JPEGSegments.maxBodyByteCount }
  }
}
