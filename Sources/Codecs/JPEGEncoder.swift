internal import CImageCodecs
internal import Imaging

/// Writes JPEG by libjpeg-turbo.
@safe final class JPEGEncoder: FormatWriter {
  private let writer = JPEGWriter()
  private var report = codec_report()

  func encode(
    _ picture: borrowing Picture, _ request: EncodeRequest
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    var options = unsafe jpeg_write_options()
    unsafe options.width = UInt32(picture.size.width)
    unsafe options.height = UInt32(picture.size.height)
    unsafe options.quality = UInt8(request.jpeg.quality)
    unsafe options.progressive = request.jpeg.scans == .progressive
    let factors = request.jpeg.subsampling.factors(quality: request.jpeg.quality)
    unsafe options.horizontal = UInt8(factors.horizontal)
    unsafe options.vertical = UInt8(factors.vertical)
    switch picture {
    case .pixels(let plane):
      guard plane.depth == .eight, plane.channels == 1 || plane.channels == 3 else {
        throw .broken("JPEG takes gray or RGB of 8 bits")
      }
      unsafe options.input = plane.channels == 1 ? .JPEG_INPUT_GRAY : .JPEG_INPUT_RGB
      let space: ProfileSpace = plane.channels == 1 ? .gray : .rgb
      return try unsafe write(&options, [plane.forC], profile: request.profile, space, request.metadata)
    case .yCbCr(let planes):
      unsafe options.input = .JPEG_INPUT_YCBCR
      let forC = unsafe [planes.luma.forC, planes.cb.forC, planes.cr.forC]
      return try unsafe write(&options, forC, profile: request.profile, .rgb, request.metadata)
    }
  }

  private func write(
    _ options: inout jpeg_write_options, _ planes: [codec_plane], profile: [UInt8]?, _ space: ProfileSpace,
    _ metadata: PictureMetadata
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    let kept = profile.flatMap { ProfileSpace(profile: $0) == space ? $0 : nil } ?? []
    var out = unsafe codec_bytes()
    let exif = JPEGEncoder.segment(PictureMetadata.exifStart, metadata.exif)
    let xmp = JPEGEncoder.segment(PictureMetadata.xmpStart, metadata.xmp)
    let status = unsafe kept.withUnsafeBufferPointer { icc in
      unsafe exif.withUnsafeBufferPointer { exif in
        unsafe xmp.withUnsafeBufferPointer { xmp in
          unsafe options.icc = icc.isEmpty ? nil : icc.baseAddress
          unsafe options.icc_bytes = icc.count
          unsafe options.exif = exif.isEmpty ? nil : exif.baseAddress
          unsafe options.exif_bytes = exif.count
          unsafe options.xmp = xmp.isEmpty ? nil : xmp.baseAddress
          unsafe options.xmp_bytes = xmp.count
          return unsafe jpeg_writer_write(writer.handle, &options, planes, &out, &report)
        }
      }
    }
    guard status == .CODEC_OK else { throw report.error(limits: DecodeLimits()) }
    return unsafe UnsafeRawBufferPointer(start: out.bytes, count: out.count)
  }

  /// The contents of an APP1 segment; empty where there is nothing, or more than fits.
  private static func segment(_ start: [UInt8], _ content: [UInt8]?) -> [UInt8] {
    guard let content, start.count + content.count <= 65533 else { return [] }
    return start + content
  }
}
