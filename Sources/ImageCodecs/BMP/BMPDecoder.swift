internal import ImageCore

/// Decodes BMP: RGB, or RGBA where the file has bits for alpha.
@safe final class BMPDecoder: RowReader {
  let pool: BufferPool
  private(set) var size = PixelSize(width: 1, height: 1)
  private(set) var channels = 3
  private(set) var deadline: UInt64 = 0
  private var header: BMPHeader?
  /// How rows are made: of pixels, or of the indices that runs gave.
  private var pixels: BMPPixels?
  private var indices: (IndexedPixels, ColorTable)?
  /// The rows that the file has, from the first in it.
  private var rowCount = 0
  private var report: DecodeReport?
  // SAFETY: the caller keeps the bytes valid until `finish` or the next header, which replaces this pointer.
  private var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  init(pool: BufferPool) { self.pool = pool }

  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader {
    finish()
    deadline = limits.deadline
    let span = unsafe bytes.bytes
    let header = try BMPHeader(span)
    (size, channels) = (header.size, header.hasAlpha ? 4 : 3)
    var result = ImageHeader(
      format: .bmp, size: size, bits: min(header.bits, 8),
      color: header.bits <= 8 ? .palette : header.hasAlpha ? .rgba : .rgb, layout: .sequential, orientation: .upright,
      profile: nil)
    result.decodedChannels = channels
    result.comesInStrips = true
    if header.coding == .runs { result.coefficientByteCount = Int(clamping: size.pixelCount) }
    if let range = header.profile {
      let isPresent = range.upperBound <= bytes.count && range.count <= ImageMetadata.maxByteCount
      if isPresent { result.profile = span.array(range) } else { result.notes.append(.damagedProfile) }
    }
    self.header = header
    unsafe self.bytes = unsafe bytes
    return result
  }

  func setDeadline(_ deadline: UInt64) { self.deadline = deadline }

  func prepare() throws(CodecError) -> DecodeReport {
    guard let header else { throw .broken("a BMP was decoded before its header was read") }
    let file = unsafe bytes.bytes
    if let report { return report }
    guard header.start < file.byteCount else { throw .truncated("a BMP without pixels") }
    let result: DecodeReport
    switch header.coding {
    case .rows: result = try prepareRows(header, file)
    case .runs: result = try prepareRuns(header, file)
    }
    report = result
    return result
  }

  private func prepareRows(_ header: BMPHeader, _ file: RawSpan) throws(CodecError) -> DecodeReport {
    rowCount = header.rows(in: file.byteCount)
    guard rowCount > 0 else { throw .truncated("a BMP without a whole row") }
    pixels = BMPPixels(header, file, isOpaque: header.hasAlpha && isEverywhereClear(header, file))
    var report = DecodeReport()
    if rowCount < size.height { report.damage = .truncated("\(rowCount) of the \(size.height) rows of a BMP") }
    return report
  }

  /// Whether all alpha is 0, because the writer left out the channel. Browsers show such files.
  private func isEverywhereClear(_ header: BMPHeader, _ file: RawSpan) -> Bool {
    let mask = header.masks[3]
    for row in TimeLimit(deadline: deadline).rows(0..<rowCount, byteCount: header.rowByteCount) {
      let start = header.start + row * header.rowByteCount
      for x in 0..<size.width {
        let pixel =
          header.bits == 16
          ? UInt32(file.littleEndian(start + 2 * x, UInt16.self)) : file.littleEndian(start + 4 * x, UInt32.self)
        if pixel & mask != 0 { return false }
      }
    }
    return true
  }

  private func prepareRuns(_ header: BMPHeader, _ file: RawSpan) throws(CodecError) -> DecodeReport {
    rowCount = size.height
    let decoded = try allocating { () throws(OutOfMemory) in try IndexedPixels(size, from: pool) }
    var runs = BMPRunLengths(header)
    let limit = TimeLimit(deadline: deadline)
    let ending = decoded.withIndices { runs.decode(file.extracting(header.start..<file.byteCount), into: &$0, limit) }
    var report = DecodeReport()
    switch ending {
    case .complete: break
    case .late: throw .timeout
    case .truncated: report.damage = .truncated("the runs of a BMP")
    }
    indices = (decoded, ColorTable(header, file))
    return report
  }

  func read(_ y: Int, into row: inout MutableRawSpan) {
    guard let header else { return }
    if let (indices, colors) = indices {
      indices.withRow(y) { colors.expand($0, to: &row, at: 0, channels: channels) }
      return
    }
    let position = header.isTopDown ? y : size.height - 1 - y
    guard position < rowCount else {
      row.clear(0..<size.width * channels)
      return
    }
    let start = header.offset(ofRow: y)
    let file = unsafe bytes.bytes
    pixels?.convert(file.extracting(start..<min(start + header.rowByteCount, file.byteCount)), to: &row)
  }

  func finish() {
    (header, pixels, indices, report) = (nil, nil, nil, nil)
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  }
}
