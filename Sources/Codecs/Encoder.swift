internal import CImageCodecs
package import Imaging

/// What an encoder is told beside the pixels.
package struct EncodeRequest: Hashable, Sendable {
  package var format: ImageFormat
  package var jpeg = JPEGOptions()
  package var png = PNGOptions()
  /// Written only where its colour space is the picture's.
  package var profile: [UInt8]?
  /// PNG only.
  package var colourChunks = PNGColourChunks()
  package var metadata = PictureMetadata()

  package init(format: ImageFormat) { self.format = format }
}

/// Makes JPEG and PNG bytes. One serves one worker; the bytes are valid until its next picture.
@safe package final class Encoder {
  private let jpeg = JPEGWriter()
  private let png: FastPNGEncoder
  private var report = codec_report()

  package init(pool: BufferPool) { png = FastPNGEncoder(pool: pool) }

  /// - Parameter picture: for JPEG `yCbCr`, whose chroma size decides the subsampling, or `pixels` of 1 or 3 channels of
  ///   8 bits; for PNG `pixels`. Planes are written with what their encoder needs past the width, so their padding changes.
  package func encode(
    _ picture: borrowing Picture, _ request: EncodeRequest
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    switch request.format {
    case .jpeg: return try unsafe encodeJPEG(picture, request)
    case .png: return try unsafe encodePNG(picture, request)
    }
  }

  private func encodeJPEG(
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
    let exif = Encoder.segment(PictureMetadata.exifStart, metadata.exif)
    let xmp = Encoder.segment(PictureMetadata.xmpStart, metadata.xmp)
    let status = unsafe kept.withUnsafeBufferPointer { icc in
      unsafe exif.withUnsafeBufferPointer { exif in
        unsafe xmp.withUnsafeBufferPointer { xmp in
          unsafe options.icc = icc.isEmpty ? nil : icc.baseAddress
          unsafe options.icc_bytes = icc.count
          unsafe options.exif = exif.isEmpty ? nil : exif.baseAddress
          unsafe options.exif_bytes = exif.count
          unsafe options.xmp = xmp.isEmpty ? nil : xmp.baseAddress
          unsafe options.xmp_bytes = xmp.count
          return unsafe jpeg_writer_write(jpeg.handle, &options, planes, &out, &report)
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

  private func encodePNG(
    _ picture: borrowing Picture, _ request: EncodeRequest
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    switch picture {
    case .yCbCr: throw .broken("PNG takes interleaved pixels")
    case .pixels(let plane):
      let space: ProfileSpace = plane.channels < 3 ? .gray : .rgb
      let profile = request.profile.flatMap { ProfileSpace(profile: $0) == space ? $0 : nil }
      return try unsafe png.encode(
        plane,
        level: request.png.level, profile: profile, chunks: request.colourChunks, metadata: request.metadata)
    }
  }
}

/// The data colour space of an ICC profile (ICC.1:2022, 7.2.6), as far as pictures here can have it.
enum ProfileSpace {
  case gray, rgb, other

  init(profile: [UInt8]) {
    guard profile.count >= 128 else {
      self = .other
      return
    }
    switch profile[16..<20] {
    case [0x47, 0x52, 0x41, 0x59]: self = .gray  // "GRAY"
    case [0x52, 0x47, 0x42, 0x20]: self = .rgb  // "RGB "
    default: self = .other
    }
  }
}
