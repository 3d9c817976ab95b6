internal import CImageCodecs
internal import CPlatform
internal import CRuntimeCodecs
internal import ImageCore

/// Decodes the formats of libraries that are opened at run time: gray or RGB, with or without alpha, of 8 or 16 bits, at full size.
/// It exists in worker processes only.
@safe final class RuntimeReader: FormatReader {
  // SAFETY: created in init, destroyed once in deinit, used by one worker only.
  private let handle: OpaquePointer
  private let format: ImageFormat
  private let pool: BufferPool
  private var limits = DecodeLimits()
  private var header = runtime_header()
  private var report = codec_report()

  /// - Throws: if the library of the format is not open.
  init(_ format: ImageFormat, pool: BufferPool) throws(CodecError) {
    switch format.availability {
    case .library: break
    case .missing(let missing): throw .missingLibrary(format, missing)
    case .needsIsolation, .builtIn: throw .needsIsolation(format)
    }
    guard let runtime = format.runtime, let handle = unsafe runtime_reader_create(runtime) else {
      throw .outOfMemory("no memory for a decoder of \(format.name)")
    }
    unsafe self.handle = unsafe handle
    self.format = format
    self.pool = pool
  }

  deinit { unsafe runtime_reader_destroy(handle) }

  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader {
    self.limits = limits
    guard let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { throw .empty }
    guard unsafe runtime_reader_begin(handle, base, bytes.count, limits.forC, &header, &report) == .CODEC_OK else {
      throw report.error(limits: limits)
    }
    let size = PixelSize(width: Int(header.width), height: Int(header.height))
    let color: SourceColor =
      switch header.channels {
      case 1: .gray
      case 2: .grayAlpha
      case 3: .rgb
      default: .rgba
      }
    var result = ImageHeader(
      format: format, size: size, bits: header.bits > 8 ? 16 : 8, color: color, layout: .sequential,
      orientation: Orientation(rawValue: Int(header.orientation)) ?? .upright,
      profile: unsafe copy(header.icc, header.icc_bytes))
    result.decodedChannels = Int(header.channels)
    result.coefficientByteCount = Int(clamping: header.working_bytes)
    // With a profile, the numbers only describe how the pixels are coded.
    if result.profile == nil { result.colorChunks.codePoints = codePoints }
    if header.has_further_images { result.notes.append(format == .jpegXL ? .frames : .images) }
    if header.has_gain_map { result.notes.append(.gainMap) }
    if header.has_inks { result.notes.append(.inks) }
    return result
  }

  /// The numbers of ITU-T H.273 for colors other than sRGB. The curves of video (1, 6, 14, 15) are read as that of sRGB, as
  /// browsers do for images.
  private var codePoints: [UInt8]? {
    let (primaries, transfer) = (header.code_points.0, header.code_points.1)
    let unspecified: UInt8 = 2
    guard primaries != 0, primaries != unspecified, transfer != unspecified else { return nil }
    let curve: UInt8 = [1, 6, 14, 15].contains(transfer) ? 13 : transfer
    return primaries == 1 && curve == 13 ? nil : [primaries, curve, 0, 1]
  }

  /// The metadata of the current image.
  var metadata: (exif: [UInt8]?, xmp: [UInt8]?, isComplete: Bool) {
    unsafe (copy(header.exif, header.exif_bytes), copy(header.xmp, header.xmp_bytes), !header.has_further_metadata)
  }

  private func copy(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8]? {
    guard let bytes = unsafe bytes, count > 0 else { return nil }
    // SAFETY: the reader owns `count` bytes until `finish` or the next header.
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  func setDeadline(_ deadline: UInt64) { limits.deadline = deadline }

  /// The library gets the memory that the size of the image justifies, however much its data ask for.
  func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage {
    let plane = try allocating { () throws(OutOfMemory) in
      try Plane(
        size: PixelSize(width: Int(header.width), height: Int(header.height)), channels: Int(header.channels),
        depth: header.bits > 8 ? .sixteen : .eight, from: pool)
    }
    let most = UInt64(clamping: limits.memoryByteCount)
    system_limit_image_memory(header.working_bytes, most)
    defer { system_limit_image_memory(most, most) }
    guard unsafe runtime_reader_read(handle, plane.forC, &report) == .CODEC_OK else {
      throw report.error(limits: limits)
    }
    return DecodedImage(image: .pixels(plane), report: DecodeReport())
  }

  func finish() { unsafe runtime_reader_end(handle) }
}
