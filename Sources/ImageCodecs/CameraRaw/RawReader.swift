internal import ImageCore

/// Reads the JPEG previews of raw files by the reader of JPEG. The header is that of the largest preview, and has those of the
/// smaller ones that show the same.
@safe final class RawReader: FormatReader {
  private let jpeg: JPEGDecoder
  private var limits = DecodeLimits()
  /// The previews of the current file, the largest first. `DecodeRequest.preview` is an index of them.
  private(set) var previews: [Range<Int>] = []
  /// The one whose header `jpeg` has read last.
  private var current: Int?
  // SAFETY: the caller keeps the bytes valid until `finish` or the next header. Only `decode` reads them, between these calls.
  private var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  init(pool: BufferPool) throws(CodecError) { jpeg = try JPEGDecoder(pool: pool) }

  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader {
    finish()
    self.limits = limits
    unsafe self.bytes = unsafe bytes
    let container = unsafe RawContainer(bytes.bytes)
    var found: [(header: ImageHeader, preview: Range<Int>)] = []
    for preview in container.previews {
      // What is no JPEG, or none that libjpeg reads, is no preview: the data of the sensor may be JPEG without loss.
      do throws(CodecError) { found.append((try header(of: preview), preview)) } catch .timeout {
        throw .timeout
      } catch {
        continue
      }
    }
    found.sort { $0.header.size.pixelCount > $1.header.size.pixelCount }
    previews = found.map(\.preview)
    guard var largest = found.first?.header else {
      if container.isCut { throw .truncated("the raw file ends before its previews") }
      throw .unsupported("a raw file without a JPEG preview")
    }
    let orientation = container.orientation ?? largest.orientation
    largest.orientation = orientation
    for index in found.indices.reversed() where found[index].header.shows(largest) {
      var header = found[index].header
      (header.orientation, header.preview) = (orientation, index)
      largest.smallerPreviews.append(header)
    }
    return largest
  }

  func setDeadline(_ deadline: UInt64) {
    limits.deadline = deadline
    jpeg.setDeadline(deadline)
  }

  func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage {
    try select(request.preview)
    return try jpeg.decode(request)
  }

  func decodeStrips(
    _ request: DecodeRequest, _ take: (borrowing Image) throws(OutOfMemory) -> Bool
  ) throws(CodecError) -> StripDecoding {
    try select(request.preview)
    return try jpeg.decodeStrips(request, take)
  }

  var workers: Int { jpeg.workers }

  func finish() {
    jpeg.finish()
    (previews, current) = ([], nil)
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  }

  private func select(_ index: Int) throws(CodecError) {
    guard previews.indices.contains(index) else { throw .broken("a preview that the raw file does not have") }
    if current == index { return }
    _ = try header(of: previews[index])
    current = index
  }

  private func header(of preview: Range<Int>) throws(CodecError) -> ImageHeader {
    current = nil
    var header = try unsafe jpeg.readHeader(UnsafeRawBufferPointer(rebasing: bytes[preview]), limits: limits)
    header.format = .raw
    return header
  }
}

extension ImageHeader {
  /// How much the ratio of the sides of two previews may differ. Cameras make previews of 570x375 for 7360x4912, 1.4 % wider. Small
  /// ones of 4:3 for other ratios differ by 12 % or more, and have black bars.
  private static let maxRatioDifference = 0.02

  /// Whether this smaller preview shows the same part of the image.
  fileprivate func shows(_ largest: ImageHeader) -> Bool {
    let ratio = Double(size.width * largest.size.height) / Double(size.height * largest.size.width)
    return abs(ratio - 1) <= ImageHeader.maxRatioDifference && size.pixelCount < largest.size.pixelCount
  }
}
