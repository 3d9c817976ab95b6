#if WebP
  internal import ImageCore
  internal import CImageCodecs
  internal import CWebPCodec

  /// Decodes WebP with libwebp: RGB or RGBA of 8 bits at full size. An animation gives its first frame on its canvas.
  @safe final class WebPDecoder: FormatReader {
    private let pool: BufferPool
    private var limits = DecodeLimits()
    private var report = codec_report()
    private var header = webp_header()
    private var size = PixelSize(width: 1, height: 1)
    private var channels = 3
    /// Position of the frame on the canvas.
    private var origin = (x: 0, y: 0)
    /// Whether the file is shorter than its header states.
    private var isCut = false
    // SAFETY: the caller keeps the bytes valid until `finish` or the next header, which replaces this pointer.
    private var pixels = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

    init(pool: BufferPool) { self.pool = pool }

    func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader {
      self.limits = limits
      let span = unsafe bytes.bytes
      let chunks = WebPChunks(span)
      let extended = chunks.extended(span)
      if extended?.hasEXIF == true, chunks.body("EXIF") == nil, chunks.byteCount > bytes.count {
        throw .truncated("a WebP whose EXIF, after its pixels, is missing")
      }
      isCut = chunks.byteCount > bytes.count
      unsafe pixels = unsafe bytes
      origin = (0, 0)
      if extended?.isAnimated == true {
        guard let frame = chunks.firstFrame(span) else { throw .truncated("an animated WebP without a frame") }
        unsafe pixels = unsafe UnsafeRawBufferPointer(rebasing: bytes[frame.pixels])
        origin = (frame.x, frame.y)
      }
      guard let base = unsafe pixels.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
        throw .truncated("a WebP without pixels")
      }
      guard unsafe webp_read_header(base, pixels.count, limits.forC, &header, &report) == .CODEC_OK else {
        throw report.error(limits: limits)
      }
      let frame = PixelSize(width: Int(header.width), height: Int(header.height))
      size = extended?.canvas ?? frame
      guard origin.x + frame.width <= size.width, origin.y + frame.height <= size.height else {
        throw .corrupt("a WebP frame outside its canvas")
      }
      channels = header.has_alpha || size != frame ? 4 : 3
      return describe(chunks, span, isAnimated: extended?.isAnimated ?? false)
    }

    private func describe(
      _ chunks: WebPChunks, _ bytes: RawSpan, isAnimated: Bool
    ) -> ImageHeader {
      let profile = chunks.body("ICCP").map { bytes.array($0) }
      var result = ImageHeader(
        format: .webp, size: size, bits: 8, color: channels == 4 ? .rgba : .rgb, layout: .sequential,
        orientation: chunks.exif(bytes).map { Orientation(tiff: bytes.extracting($0)) } ?? .upright, profile: profile)
      result.decodedChannels = channels
      result.coefficientByteCount = Int(clamping: header.working_bytes)
      if isAnimated { result.notes.append(.frames) }
      return result
    }

    func setDeadline(_ deadline: UInt64) { limits.deadline = deadline }

    func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage {
      let plane = try allocating { () throws(OutOfMemory) in
        try Plane(size: size, channels: channels, from: pool)
      }
      let isWhole = size == PixelSize(width: Int(header.width), height: Int(header.height))
      if !isWhole {
        unsafe plane.base.initializeMemory(as: UInt8.self, repeating: 0, count: plane.stride * size.height)
      }
      var target = header
      // libwebp writes a frame without alpha as opaque, so that the canvas around it stays transparent.
      if channels == 4 { target.has_alpha = true }
      // SAFETY: the frame is within the canvas (`readHeader`), so this address is within the plane.
      let part = unsafe codec_plane(
        base: plane.base.assumingMemoryBound(to: UInt8.self) + origin.y * plane.stride + origin.x * channels,
        stride: plane.stride, rows: size.height - origin.y)
      guard let base = unsafe pixels.baseAddress?.assumingMemoryBound(to: UInt8.self) else { throw .notAnImage }
      if unsafe webp_read(base, pixels.count, limits.forC, &target, part, &report) == .CODEC_FAILED {
        throw report.error(limits: limits)
      }
      var result = report.decodeReport(limits: limits)
      if isCut, result.damage == nil {
        result.warningCount = 1
        result.firstNote = "the file ends after its pixels, but before the length in its header"
      }
      return DecodedImage(image: .pixels(plane), report: result)
    }

    func finish() { unsafe pixels = unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
  }
#endif
