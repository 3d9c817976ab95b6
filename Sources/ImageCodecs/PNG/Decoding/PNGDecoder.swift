internal import CImageCodecs
internal import ImageCore

/// Decodes PNG. libpng reads the header. `StreamingPNGDecoder` decodes the pixels if it accepts the file, else libpng does.
@safe final class PNGDecoder: FormatReader {
  private let pool: BufferPool
  private let reader: PNGReader
  private let fast: StreamingPNGDecoder
  private var limits = DecodeLimits()
  private var report = codec_report()
  private var header = png_header()
  private var shape = png_shape()
  // SAFETY: the caller keeps the bytes valid until `finish` or the next header, which replaces this pointer.
  private var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  init(pool: BufferPool) throws(CodecError) {
    reader = try PNGReader()
    self.pool = pool
    fast = StreamingPNGDecoder(pool: pool)
  }

  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader {
    self.limits = limits
    guard let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { throw .notAnImage }
    let status = unsafe png_reader_begin(
      reader.handle, base, bytes.count, limits.forC, &header, &shape, &report)
    guard status == .CODEC_OK else { throw report.error(limits: limits) }
    unsafe self.bytes = unsafe bytes
    var result = ImageHeader(header)
    result.decodedChannels = Int(shape.channels)
    if let depth = SampleDepth(rawValue: Int(shape.bits)) {
      result.comesInStrips =
        OwnCodecs.areOn
        && StreamingPNGDecoder.accepts(PNGPixelLayout(header), channels: result.decodedChannels, depth: depth)
    }
    let limit = TimeLimit(deadline: limits.deadline)
    let span = unsafe bytes.bytes
    let exif = PNGEXIFSearch(span, limit: limit)
    try limit.check()
    if let range = exif.found { result.orientation = Orientation(tiff: span.extracting(range)) }
    result.unreadChunks = exif.next
    let extras = PNGAncillaryChunks(span)
    result.colorChunks.codePoints = extras.colors.codePoints
    result.colorChunks.srgbIntent = extras.colors.srgbIntent ?? result.colorChunks.srgbIntent
    if extras.hasProfile, result.profile == nil {
      // The chunks that follow a profile in the order of precedence count instead (PNG, third edition, 4.3).
      result.notes.append(.damagedProfile)
      result.colorChunks.gamma = extras.colors.gamma
      result.colorChunks.chromaticities = extras.colors.chromaticities
    }
    if extras.isAnimated { result.notes.append(.frames) }
    return result
  }

  func setDeadline(_ deadline: UInt64) {
    limits.deadline = deadline
    unsafe png_reader_set_deadline(reader.handle, deadline)
  }

  func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage {
    guard let depth = SampleDepth(rawValue: Int(shape.bits)) else { throw .broken("a PNG of \(shape.bits) bits") }
    let size = PixelSize(width: Int(header.width), height: Int(header.height))
    let layout = PNGPixelLayout(header)
    let channels = Int(shape.channels)
    let plane = try allocating { () throws(OutOfMemory) in
      try Plane(
        size: size, channels: channels, depth: depth,
        minStride: max(shape.stride, StreamingPNGDecoder.minStride(for: layout, channels: channels)), from: pool)
    }
    let result = try allocating { () throws(OutOfMemory) in
      try unsafe OwnCodecs.areOn
        ? fast.decode(bytes, layout: layout, into: plane, deadline: limits.deadline) : .declined
    }
    switch result {
    case .done: break
    case .late: throw .timeout
    case .declined, .stopped:
      if unsafe png_reader_read(reader.handle, plane.forC, &report) == .CODEC_FAILED {
        throw report.error(limits: limits)
      }
    }
    return DecodedImage(image: .pixels(plane), report: report.decodeReport(limits: limits))
  }

  func decodeStrips(
    _ request: DecodeRequest, _ take: (borrowing Image) throws(OutOfMemory) -> Bool
  ) throws(CodecError) -> StripDecoding {
    guard let depth = SampleDepth(rawValue: Int(shape.bits)) else { return .declined }
    let result = try allocating { () throws(OutOfMemory) in
      try unsafe fast.decode(
        bytes, layout: PNGPixelLayout(header), channels: Int(shape.channels), depth: depth, deadline: limits.deadline
      ) { (strip) throws(OutOfMemory) in try take(.pixels(strip.shared())) }
    }
    switch result {
    case .done: return .decoded(report.decodeReport(limits: limits))
    case .late: throw .timeout
    case .declined: return .declined
    case .stopped: return .stopped
    }
  }

  func finish() {
    unsafe png_reader_end(reader.handle)
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  }
}

extension ImageHeader {
  fileprivate init(_ header: png_header) {
    let icc = unsafe header.icc.map { unsafe [UInt8](UnsafeBufferPointer(start: $0, count: header.icc_bytes)) }
    self.init(
      format: .png, size: PixelSize(width: Int(header.width), height: Int(header.height)), bits: Int(header.bits),
      color: SourceColor(pngColorType: header.color_type), layout: header.interlaced ? .interlaced : .sequential,
      orientation: .upright, profile: icc)
    colorChunks.srgbIntent = header.srgb_intent >= 0 ? UInt8(header.srgb_intent) : nil
    colorChunks.gamma = header.gamma > 0 ? header.gamma : nil
    if header.has_chromaticities {
      let values = header.chromaticities
      colorChunks.chromaticities = [
        values.0, values.1, values.2, values.3, values.4, values.5, values.6, values.7,
      ]
    }
  }
}

extension PNGPixelLayout {
  fileprivate init(_ header: png_header) {
    self.init(
      width: Int(header.width), height: Int(header.height), bits: Int(header.bits), colorType: Int(header.color_type),
      isInterlaced: header.interlaced)
  }
}

extension SourceColor {
  fileprivate init(pngColorType type: UInt8) {
    switch type {
    case 0: self = .gray
    case 2: self = .rgb
    case 3: self = .palette
    case 4: self = .grayAlpha
    case 6: self = .rgba
    default: self = .other
    }
  }
}
