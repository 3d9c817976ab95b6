internal import CImageCodecs
internal import ImageCore
internal import JPEGDecoding

/// Decodes JPEG, shrunk by scaled DCT. libjpeg-turbo reads the header. `JPEGDecoding` decodes planes if it supports the file;
/// libjpeg decodes everything else.
@safe final class JPEGDecoder: FormatReader {
  private let pool: BufferPool
  private let scaled: ScaledDecoder
  private(set) var scaledVerdict: Verdict?
  /// Its verdict on the current JPEG, if it was asked for strips and declined.
  private var stripVerdict: Verdict?
  /// Threads that shared the decoding of the last image.
  var workers: Int { scaledVerdict == .decoded ? scaled.workers : 1 }
  private let reader: JPEGReader
  private var limits = DecodeLimits()
  private var report = codec_report()
  private var header = jpeg_header()
  private var imageHeader: ImageHeader?
  private var geometry = JPEGGeometry()
  // SAFETY: the caller keeps the bytes valid until `finish` or the next header. Only `decode` reads them, between these calls.
  private var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  init(pool: BufferPool) throws(CodecError) {
    reader = try JPEGReader()
    self.pool = pool
    scaled = ScaledDecoder(pool: pool, kernels: InstructionSet.current.jpegKernels)
  }

  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader {
    self.limits = limits
    unsafe self.bytes = unsafe bytes
    guard let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { throw .notAnImage }
    guard unsafe jpeg_reader_begin(reader.handle, base, bytes.count, limits.forC, &header, &report) == .CODEC_OK else {
      throw report.error(limits: limits)
    }
    var result = ImageHeader(header)
    imageHeader = result
    geometry = JPEGGeometry(size: result.size, sampling: result.sampling ?? JPEGSampling([]))
    stripVerdict = nil
    let limit = TimeLimit(deadline: limits.deadline)
    let (segments, span) = unsafe (JPEGSegments(limit: limit), bytes.bytes)
    if let exif = segments.exif(in: span) { result.orientation = Orientation(tiff: span.extracting(exif)) }
    if segments.haveGainMap(in: span) { result.notes.append(.gainMap) }
    try limit.check()
    if header.has_other_icc { result.notes.append(result.profile == nil ? .damagedProfile : .furtherProfiles) }
    return result
  }

  func setDeadline(_ deadline: UInt64) {
    limits.deadline = deadline
    unsafe jpeg_reader_set_deadline(reader.handle, deadline)
  }

  func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage {
    let planes = try plan(request)
    let image = try planes.image(from: pool)
    try unsafe fill(image.forC, request, planes)
    image.correct(planes.grids)
    return DecodedImage(
      image: try image.withoutInks(unless: request.content == .inks, pool: pool),
      report: report.decodeReport(limits: limits))
  }

  func decodeStrips(
    _ request: DecodeRequest, _ take: (borrowing Image) throws(OutOfMemory) -> Bool
  ) throws(CodecError) -> StripDecoding {
    scaledVerdict = nil
    let planes = try plan(request)
    guard planes.layout != .JPEG_LAYOUT_PIXELS, let strips = imageHeader?.jpegStrips(request) else { return .declined }
    let memory = try planes.image(strips, from: pool)
    var wish = wish(request, planes)
    wish.strips = strips.split
    var refusal: OutOfMemory?
    let verdict = unsafe scaled.decode(bytes, wish, into: memory.forC.map { unsafe ScaledPlane($0) }) { mcuRows in
      do throws(OutOfMemory) {
        return try take(planes.strip(memory, strips, mcuRows))
      } catch {
        refusal = error
        return false
      }
    }
    if let refusal { throw CodecError(refusal) }
    if try isDecoded(verdict, request) { return .decoded(report.decodeReport(limits: limits)) }
    if verdict == .stopped { return .stopped }
    stripVerdict = verdict
    return .declined
  }

  func finish() {
    unsafe jpeg_reader_end(reader.handle)
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// The planes of the cheapest layout that serves the request and that this file allows.
  private func plan(_ request: DecodeRequest) throws(CodecError) -> JPEGPlanes {
    let wished: jpeg_layout
    switch (request.content, header.color) {
    case (.gray, .JPEG_COLOR_YCBCR), (_, .JPEG_COLOR_GRAY): wished = .JPEG_LAYOUT_LUMA
    case (.planes, .JPEG_COLOR_YCBCR): wished = .JPEG_LAYOUT_PLANES
    default: wished = .JPEG_LAYOUT_PIXELS
    }
    var shape = jpeg_shape()
    let denominator = UInt32(request.denominator)
    for layout in [wished, jpeg_layout.JPEG_LAYOUT_PIXELS] {
      let status = unsafe jpeg_reader_plan(reader.handle, denominator, layout, &shape, &report)
      if status == .CODEC_OK {
        let grids = geometry.grids(
          request.denominator, arePlanes: layout != .JPEG_LAYOUT_PIXELS,
          areYCbCr: header.color == .JPEG_COLOR_YCBCR, count: Int(shape.count))
        return JPEGPlanes(shape, layout, grids)
      }
      // Unusual sampling factors rule out raw planes. The library's own upsampling serves the request instead.
      if report.reason != .CODEC_REASON_UNSUPPORTED || layout == .JPEG_LAYOUT_PIXELS {
        throw report.error(limits: limits)
      }
    }
    throw .broken("no layout was tried")
  }

  /// Decodes into planes, by `JPEGDecoding` if it gives the same pixels, else by libjpeg.
  private func fill(
    _ memory: [codec_plane], _ request: DecodeRequest, _ planes: JPEGPlanes
  ) throws(CodecError) {
    scaledVerdict = nil
    if request.asksForScaled(header.path, SourceColor(header.color)) {
      // Only libjpeg decodes a file without raw planes, even if its header promised them.
      let verdict =
        unsafe planes.layout == .JPEG_LAYOUT_PIXELS
        ? .declined(.kind)
        : stripVerdict ?? scaled.decode(bytes, wish(request, planes), into: memory.map { unsafe ScaledPlane($0) })
      if try isDecoded(verdict, request) { return }
    }
    try unsafe read(memory, request, region(request, planes))
  }

  /// Records a verdict of `JPEGDecoding`, and throws if libjpeg must not decode the file instead.
  private func isDecoded(_ verdict: Verdict, _ request: DecodeRequest) throws(CodecError) -> Bool {
    scaledVerdict = verdict
    switch verdict {
    case .decoded: return true
    case .timeout: throw .timeout
    case .outOfMemory: throw .outOfMemory("the system refuses more")
    case .declined where request.declining == .throwing: throw .declined
    case .declined, .stopped: return false
    }
  }

  private func region(_ request: DecodeRequest, _ planes: JPEGPlanes) -> DecodeRegion? {
    request.region.map { geometry.needed($0, planes.grids) }
  }

  /// The request to `JPEGDecoding`.
  private func wish(_ request: DecodeRequest, _ planes: JPEGPlanes) -> ScaledDecoder.Request {
    var wish = ScaledDecoder.Request(denominator: request.denominator)
    if let region = region(request, planes) {
      wish.rows = region.rows
      wish.columns = region.columns
    }
    wish.maxScans = limits.scanCount
    wish.deadline = limits.deadline
    wish.workers = request.workers
    return wish
  }

  private func read(
    _ planes: [codec_plane], _ request: DecodeRequest, _ region: DecodeRegion?
  ) throws(CodecError) {
    let counted: jpeg_damage =
      request.reading == .needed ? .JPEG_DAMAGE_OF_NEEDED_SCANS : .JPEG_DAMAGE_OF_ALL_SCANS
    var status = codec_status.CODEC_FAILED
    if request.reading == .needed, let region {
      var window = jpeg_window(
        left: UInt32(region.columns.lowerBound), top: UInt32(region.rows.lowerBound),
        right: UInt32(region.columns.upperBound), bottom: UInt32(region.rows.upperBound))
      status = unsafe jpeg_reader_read(reader.handle, planes, &window, counted, &report)
    } else {
      status = unsafe jpeg_reader_read(reader.handle, planes, nil, counted, &report)
    }
    if status == .CODEC_FAILED {
      throw report.error(limits: limits)
    }
  }
}

extension ScaledPlane {
  @unsafe fileprivate init(_ plane: codec_plane) {
    unsafe self.init(base: plane.base, stride: plane.stride, rowCount: plane.rows)
  }
}

extension Image {
  /// Four inks become three colors, unless the inks themselves are wanted.
  fileprivate consuming func withoutInks(unless areWanted: Bool, pool: BufferPool) throws(CodecError) -> Image {
    switch consume self {
    case .pixels(let plane):
      if plane.channels < 4 || areWanted { return .pixels(plane) }
      return .pixels(try plane.convertedFromCMYK(pool: pool))
    case .yCbCr(let planes): return .yCbCr(planes)
    }
  }
}

extension Plane {
  /// Converts CMYK without a profile to RGB; 0 means no ink. Each ink absorbs its share of the light that black leaves.
  fileprivate consuming func convertedFromCMYK(pool: BufferPool) throws(CodecError) -> Plane {
    let size = size
    var result = try allocating { () throws(OutOfMemory) in try Plane(size: size, channels: 3, from: pool) }
    result.extent = extent
    for y in pool.rows(of: self) {
      // SAFETY: four samples per pixel are read and three written, for `size.width` pixels of one row of each plane.
      var from = unsafe row(y).assumingMemoryBound(to: UInt8.self)
      var to = unsafe result.row(y).assumingMemoryBound(to: UInt8.self)
      for _ in 0..<size.width {
        let light = unsafe 255 - Int(from[3])
        for channel in 0..<3 { unsafe to[channel] = UInt8(((255 - Int(from[channel])) * light + 127) / 255) }
        unsafe from += 4
        unsafe to += 3
      }
    }
    return result
  }
}

extension ImageHeader {
  fileprivate init(_ header: jpeg_header) {
    let icc = unsafe header.icc.map { unsafe [UInt8](UnsafeBufferPointer(start: $0, count: header.icc_bytes)) }
    self.init(
      format: .jpeg, size: PixelSize(width: Int(header.width), height: Int(header.height)), bits: Int(header.bits),
      color: SourceColor(header.color), layout: header.progressive ? .progressive : .sequential,
      orientation: .upright, profile: icc)
    decodedChannels = Int(header.components)
    coefficientByteCount = Int(clamping: header.coefficient_bytes)
    hasRestartMarkers = header.has_restarts
    path = header.path
    sampling = JPEGSampling(header)
    if header.components == 3 {
      subsampling.horizontal = Int(header.horizontal.0) / max(1, Int(header.horizontal.1))
      subsampling.vertical = Int(header.vertical.0) / max(1, Int(header.vertical.1))
    }
  }
}

extension jpeg_header {
  /// Whether `JPEGDecoding` supports files with such a frame, as far as the header shows: Huffman-coded, in one scan or
  /// progressive, gray or with integer ratios of luma to chroma size.
  fileprivate var path: DecoderKind {
    guard OwnCodecs.areOn, !arithmetic, progressive || coefficient_bytes == 0 else { return .library }
    if components == 1 { return color == .JPEG_COLOR_GRAY ? .scaled : .library }
    guard components == 3, color == .JPEG_COLOR_YCBCR else { return .library }
    let isWhole =
      horizontal.0 % horizontal.1 == 0 && horizontal.0 % horizontal.2 == 0 && vertical.0 % vertical.1 == 0
      && vertical.0 % vertical.2 == 0
    // An MCU has at most 10 blocks (ITU-T T.81, B.2.3). Larger sums are valid only if each scan has one component; libjpeg
    // decodes such files.
    let blocks = horizontal.0 * vertical.0 + horizontal.1 * vertical.1 + horizontal.2 * vertical.2
    return isWhole && Int(blocks) <= Frame.maxBlocksPerMCU ? .scaled : .library
  }
}

extension JPEGSampling {
  fileprivate init(_ header: jpeg_header) {
    let across = [header.horizontal.0, header.horizontal.1, header.horizontal.2, header.horizontal.3]
    let down = [header.vertical.0, header.vertical.1, header.vertical.2, header.vertical.3]
    let factors = zip(across, down).map { SamplingFactors(across: Int($0), down: Int($1)) }
    self.init(Array(factors.prefix(Int(header.components))))
  }
}

extension DecodeRequest {
  /// Whether `JPEGDecoding` is tried for an image. It writes planes, not interleaved colors.
  package func asksForScaled(_ path: DecoderKind, _ color: SourceColor) -> Bool {
    let arePlanes = content == .gray || content == .planes || color == .gray
    return path == .scaled && arePlanes && decoder == .auto && reading == .needed
  }
}

extension SourceColor {
  fileprivate init(_ color: jpeg_color) {
    switch color {
    case .JPEG_COLOR_GRAY: self = .gray
    case .JPEG_COLOR_YCBCR: self = .yCbCr
    case .JPEG_COLOR_RGB: self = .rgb
    case .JPEG_COLOR_CMYK: self = .cmyk
    case .JPEG_COLOR_YCCK: self = .ycck
    case .JPEG_COLOR_OTHER: self = .other
    }
  }
}
