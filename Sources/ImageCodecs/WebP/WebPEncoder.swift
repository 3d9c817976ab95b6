#if WebP
  internal import ImageCore
  internal import CImageCodecs
  internal import CWebPCodec

  /// Writes WebP with libwebp: lossy with exact alpha, or without loss. Gray is written as RGB with equal channels.
  @safe final class WebPEncoder: FormatWriter {
    // SAFETY: created in init, destroyed once in deinit, used by one worker only.
    private let handle: OpaquePointer
    private let pool: BufferPool
    private var report = codec_report()

    init(pool: BufferPool) throws(CodecError) {
      self.pool = pool
      guard let handle = unsafe webp_writer_create() else { throw .outOfMemory("no memory for a WebP encoder") }
      unsafe self.handle = unsafe handle
    }

    deinit { unsafe webp_writer_destroy(handle) }

    func encode(_ image: borrowing Image, _ request: EncodeRequest) throws(CodecError) -> UnsafeRawBufferPointer {
      switch image {
      case .yCbCr: throw .broken("WebP takes interleaved pixels")
      case .pixels(let plane):
        guard plane.depth == .eight else { throw .broken("WebP takes 8 bits") }
        var options = webp_write_options()
        options.width = UInt32(plane.size.width)
        options.height = UInt32(plane.size.height)
        options.channels = UInt8(plane.channels)
        options.quality = UInt8(request.jpeg.quality)
        options.is_lossless = request.webp.coding == .lossless
        options.deadline = pool.limit.deadline
        return try unsafe write(&options, plane.forC, request.profile(for: .rgb) ?? [], request.metadata)
      }
    }

    private func write(
      _ options: inout webp_write_options, _ plane: codec_plane, _ profile: [UInt8], _ metadata: ImageMetadata
    ) throws(CodecError) -> UnsafeRawBufferPointer {
      var out = codec_bytes()
      let status = unsafe profile.withUnsafeBufferPointer { icc in
        unsafe (metadata.exif ?? []).withUnsafeBufferPointer { exif in
          unsafe (metadata.xmp ?? []).withUnsafeBufferPointer { xmp in
            unsafe options.icc = icc.baseAddress
            options.icc_bytes = icc.count
            unsafe options.exif = exif.baseAddress
            options.exif_bytes = exif.count
            unsafe options.xmp = xmp.baseAddress
            options.xmp_bytes = xmp.count
            return unsafe webp_writer_write(handle, &options, plane, &out, &report)
          }
        }
      }
      guard status == .CODEC_OK else { throw report.error(limits: DecodeLimits()) }
      return unsafe UnsafeRawBufferPointer(start: out.bytes, count: out.count)
    }
  }
#endif
